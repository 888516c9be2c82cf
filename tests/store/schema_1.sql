BEGIN TRANSACTION;
CREATE TABLE budget (
	cap VARCHAR(10) NOT NULL, 
	amount BIGINT NOT NULL, 
	PRIMARY KEY (cap)
);
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
INSERT INTO "leases" VALUES('t01k0000000000','me',1,1795787938911);
INSERT INTO "leases" VALUES('t01k0000000001','me',1,1795787938924);
CREATE TABLE ledger (
	id INTEGER NOT NULL, 
	take VARCHAR(32) NOT NULL, 
	service VARCHAR(200) NOT NULL, 
	at BIGINT NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	amount BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT one_entry_a_kind UNIQUE (take, kind)
);
INSERT INTO "ledger" VALUES(1,'t01k0000000000','https://api.wavespeed.ai',1795787878905,'quote',700000);
INSERT INTO "ledger" VALUES(2,'t01k0000000000','https://api.wavespeed.ai',1795787878916,'charge',700000);
INSERT INTO "ledger" VALUES(3,'t01k0000000001','https://api.wavespeed.ai',1795787878922,'quote',700000);
INSERT INTO "ledger" VALUES(4,'t01k0000000001','https://api.wavespeed.ai',1795787878928,'charge',700000);
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
INSERT INTO "meta" VALUES('schema',1);
INSERT INTO "meta" VALUES('revision',8);
CREATE TABLE spend (
	service VARCHAR(200) NOT NULL, 
	day VARCHAR(10) NOT NULL, 
	amount BIGINT NOT NULL, 
	PRIMARY KEY (service, day)
);
INSERT INTO "spend" VALUES('https://api.wavespeed.ai','2026-11-22',1400000);
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
	PRIMARY KEY (id), 
	CONSTRAINT one_take_a_prediction UNIQUE (service, prediction)
);
INSERT INTO "takes" VALUES('t01k0000000000','https://api.wavespeed.ai','kwaivgi/kling-video-o3-pro/text-to-video','{"prompt": "A red fox in snow", "sound": true}','A red fox in snow',5,'completed',1795348800000,700000,4,'','p0',NULL,700000,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,4,'["hero"]','good',NULL,1795348800005,1795348800900,NULL,1795348890000,1795348891000,NULL,NULL,'','clip','');
INSERT INTO "takes" VALUES('t01k0000000001','https://api.wavespeed.ai','kwaivgi/kling-video-o3-pro/text-to-video','{"prompt": "Café at dusk, “warm” light", "sound": true}','Café at dusk, “warm” light',5,'completed',1795348860000,700000,8,'','p1',NULL,700000,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,5,'["hero"]','good',NULL,1795348860005,1795348860900,NULL,1795348950000,1795348951000,NULL,NULL,'','clip','');
CREATE INDEX takes_by_end ON takes (finished_at);
CREATE INDEX takes_by_sending ON takes (service, submitted_at);
CREATE INDEX takes_by_revision ON takes (revision);
CREATE INDEX takes_by_turn ON takes (service, state, id);
CREATE INDEX takes_open ON takes (settled);
CREATE INDEX takes_by_answer ON takes (service, accepted_at);
CREATE INDEX takes_text ON takes (id, words, tags, note, kind);
CREATE INDEX runs_of_tools ON takes (kind, id) WHERE kind = 'tool';
CREATE INDEX media_by_url ON media (url);
CREATE INDEX media_by_hash ON media (sha256, service);
COMMIT;
