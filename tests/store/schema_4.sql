BEGIN TRANSACTION;
CREATE TABLE budget (
	cap VARCHAR(10) NOT NULL, 
	amount BIGINT NOT NULL, 
	PRIMARY KEY (cap)
);
INSERT INTO "budget" VALUES('day',5000000);
CREATE TABLE cells (
	sweep VARCHAR(32) NOT NULL, 
	cell VARCHAR(64) NOT NULL, 
	attempt INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	model VARCHAR(200) NOT NULL, 
	inputs TEXT NOT NULL, 
	seconds INTEGER NOT NULL, 
	estimate BIGINT NOT NULL, 
	skipped BOOLEAN NOT NULL, 
	take VARCHAR(32), 
	PRIMARY KEY (sweep, cell, attempt), 
	CONSTRAINT one_cell_a_take UNIQUE (take)
);
INSERT INTO "cells" VALUES('s1m8gk2kd861c25','c0',0,0,'kwaivgi/kling-video-o3-pro/text-to-video','{"prompt": "A red fox"}',5,560000,0,NULL);
CREATE TABLE elements (
	"key" VARCHAR(80) NOT NULL, 
	name VARCHAR(20) NOT NULL, 
	element_id VARCHAR(64), 
	note VARCHAR(100) NOT NULL, 
	service VARCHAR(200) NOT NULL, 
	picture TEXT NOT NULL, 
	made_at BIGINT NOT NULL, 
	take VARCHAR(32) NOT NULL, 
	PRIMARY KEY ("key", service), 
	CONSTRAINT one_name_an_element UNIQUE (service, element_id)
);
CREATE TABLE leases (
	take VARCHAR(32) NOT NULL, 
	owner VARCHAR(120) NOT NULL, 
	token BIGINT NOT NULL, 
	until BIGINT NOT NULL, 
	PRIMARY KEY (take)
);
INSERT INTO "leases" VALUES('t1m8c0z180a2132','me',1,1795853208042);
CREATE TABLE ledger (
	id INTEGER NOT NULL, 
	take VARCHAR(32) NOT NULL, 
	service VARCHAR(200) NOT NULL, 
	at BIGINT NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	amount BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "ledger" VALUES(1,'t1m8c0z180a2132','practice',1795853208028,'quote',560000);
INSERT INTO "ledger" VALUES(2,'t1m8c10vv0x0yzm','practice',1795853208046,'quote',560000);
CREATE TABLE media (
	id INTEGER NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	service VARCHAR(200) NOT NULL, 
	url TEXT NOT NULL, 
	name TEXT NOT NULL, 
	bytes BIGINT NOT NULL, 
	type VARCHAR(40) NOT NULL, 
	uploaded_at BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE meta (
	name VARCHAR(40) NOT NULL, 
	value BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('schema',4);
INSERT INTO "meta" VALUES('revision',5);
CREATE TABLE settings (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "settings" VALUES('zone','Etc/UTC');
CREATE TABLE spend (
	service VARCHAR(200) NOT NULL, 
	day VARCHAR(10) NOT NULL, 
	amount BIGINT NOT NULL, 
	PRIMARY KEY (service, day)
);
CREATE TABLE sweeps (
	id VARCHAR(32) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	service VARCHAR(200) NOT NULL, 
	account VARCHAR(64), 
	simulated BOOLEAN, 
	template TEXT NOT NULL, 
	expansion TEXT NOT NULL, 
	frozen_at BIGINT NOT NULL, 
	ordered_at BIGINT, 
	begun_at BIGINT, 
	allowance BIGINT NOT NULL, 
	stopped BOOLEAN NOT NULL, 
	trouble TEXT NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT one_sweep_a_question UNIQUE (digest)
);
INSERT INTO "sweeps" VALUES('s1m8gk2kd861c25','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','practice',NULL,NULL,'A {red|blue} fox','{}',1795853209000,1795865563427,NULL,560000,0,'');
CREATE TABLE takes (
	id VARCHAR(32) NOT NULL, 
	service VARCHAR(200) NOT NULL, 
	model VARCHAR(200) NOT NULL, 
	inputs TEXT NOT NULL, 
	words TEXT NOT NULL, 
	seconds INTEGER NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	confirmed_at BIGINT NOT NULL, 
	estimate BIGINT NOT NULL, 
	revision BIGINT NOT NULL, 
	trouble TEXT NOT NULL, 
	prediction VARCHAR(200), 
	address TEXT, 
	charge BIGINT, 
	refund BIGINT, 
	settled BOOLEAN NOT NULL, 
	file TEXT, 
	bytes BIGINT, 
	sha256 VARCHAR(64), 
	poster TEXT, 
	width INTEGER, 
	height INTEGER, 
	rating INTEGER, 
	tags TEXT NOT NULL, 
	note TEXT NOT NULL, 
	parent VARCHAR(32), 
	submitted_at BIGINT, 
	accepted_at BIGINT, 
	rendering_at BIGINT, 
	finished_at BIGINT, 
	saved_at BIGINT, 
	inference_ms BIGINT, 
	answer TEXT, 
	candidates TEXT NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	outputs TEXT NOT NULL, 
	account VARCHAR(64), 
	kept TEXT, 
	simulated BOOLEAN, 
	folded TEXT DEFAULT '' NOT NULL, 
	meant TEXT, 
	PRIMARY KEY (id), 
	CONSTRAINT one_take_a_prediction UNIQUE (service, prediction)
);
INSERT INTO "takes" VALUES('t1m8c0z180a2132','practice','kwaivgi/kling-video-o3-pro/text-to-video','{"prompt": "A red fox", "duration": 5}','A red fox',5,'completed',1795700000000,560000,1,'',NULL,NULL,560000,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,4,'["hero"]','the best',NULL,NULL,NULL,NULL,NULL,1795700004000,NULL,NULL,'','clip','',NULL,NULL,NULL,'a red fox
#hero
the best',NULL);
INSERT INTO "takes" VALUES('t1m8c10vv0x0yzm','practice','kwaivgi/kling-video-o3-pro/text-to-video','{"prompt": "A hare in the snow"}','A hare in the snow',2,'intent',1795700060000,560000,2,'',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'[]','','t1m8c0z180a2132',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'','clip','',NULL,NULL,NULL,'a hare in the snow
',NULL);
CREATE TABLE votes (
	id VARCHAR(64) NOT NULL, 
	shown_left VARCHAR(32) NOT NULL, 
	shown_right VARCHAR(32) NOT NULL, 
	outcome VARCHAR(10) NOT NULL, 
	voter TEXT NOT NULL, 
	cast_at BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "votes" VALUES('vote-1','t1m8c0z180a2132','t1m8c10vv0x0yzm','left','ann',1795853300000);
CREATE INDEX takes_by_turn ON takes (service, state, id);
CREATE INDEX takes_by_answer ON takes (service, accepted_at);
CREATE INDEX takes_by_sending ON takes (service, submitted_at);
CREATE INDEX takes_text ON takes (id, folded, kind);
CREATE INDEX takes_by_parent ON takes (parent) WHERE parent IS NOT NULL;
CREATE INDEX takes_by_end ON takes (finished_at);
CREATE INDEX runs_of_tools ON takes (kind, id) WHERE kind = 'tool';
CREATE INDEX takes_open ON takes (settled);
CREATE INDEX takes_by_revision ON takes (revision);
CREATE INDEX ledger_by_take ON ledger (take);
CREATE INDEX media_by_hash ON media (sha256, service);
CREATE INDEX media_by_url ON media (url);
CREATE INDEX cells_waiting ON cells (sweep, number) WHERE take IS NULL AND skipped IS 0;
CREATE INDEX votes_by_left ON votes (shown_left);
COMMIT;
