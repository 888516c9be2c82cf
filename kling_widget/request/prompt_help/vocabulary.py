"""The English words behind the hints, as plain lists to add to."""

CAMERA = """
    camera, shot, close up, closeup, dolly, dollies, dollying, pan, panning, tilt, tilting, zoom, zooming, crane,
    drone, aerial, handheld, hand held, steadicam, gimbal, tracking, track, trucking, orbit, orbiting, pov, point of
    view, lens, lenses, \\d+ ?mm, wide, wide angle, macro, fisheye, fish eye, telephoto, anamorphic, bokeh, depth of
    field, focus, focusing, framing, framed, frame, composition, viewpoint, perspective, eye level, low angle, high
    angle, dutch angle, bird'?s eye, birds eye view, worm'?s eye, overhead, top down, from above, from below,
    tripod, locked off, static, push in, pushes in, pull back, pulls back, pull out, pulls out, whip, time lapse,
    timelapse, hyperlapse, slow motion, slow mo, long take, one take, establishing, over the shoulder, first person,
    third person, selfie, vlog, webcam, gopro, cctv, filmed, cinematography, flyover, fly through, bullet time
"""
"""Camera moves, framings, lenses. Phrases between commas; a blank may be a hyphen in the prompt."""

LIGHT = """
    light, lit, lighting, lighted, sun, sunny, sunlight, sunlit, sunset, sunrise, sunshine, sunbeam, dawn, dusk,
    noon, midday, afternoon, morning, evening, night, nighttime, midnight, twilight, daylight, moon, moonlight,
    moonlit, starlight, starry, candle, candlelight, candlelit, neon, glow, glowing, shadow, shadowy, shade,
    backlit, backlight, silhouette, silhouetted, golden hour, blue hour, magic hour, overcast, cloudy, bright,
    brightly, dark, darkness, dim, dimly, gloomy, lamp, lamplight, lantern, fire, firelight, firelit, flame, torch,
    torchlight, spotlight, headlight, floodlight, streetlight, low key, high key, chiaroscuro, glare, gleam,
    gleaming, gleams, shine, shining, shimmer, shimmering, sparkle, sparkling, flicker, flickering, lightning,
    strobe, ray, beam, noir, luminous, radiant, bioluminescent, bioluminescence, fluorescent, black and white,
    monochrome, high contrast, illuminate, illuminated, day, daytime
"""
"""Sources of light, times of day, and how light falls."""

HEARD = """
    crowd, cheer, cheering, audience, applause, applaud, clap, clapping, music, musician, song, sing, singing,
    singer, choir, orchestra, rock band, jazz band, brass band, marching band, concert, piano, pianist, guitar,
    guitarist, violin, violinist, cello, drum, drummer, drumming, trumpet, saxophone, flute, (?<!neon\\s)rain,
    raining, rainstorm, downpour, thunder, thunderstorm, hailstorm, waterfall, laugh, laughing, laughter, shout,
    shouting, scream, screaming, whisper, whispering, chatter, chatting, talk, talking, speak, speaking, speech,
    bark, barking, howl, howling, roar, roaring, purr, purring, birdsong, siren, engine, church bell, footstep,
    firework, explosion, explode, whistle, whistling, knock, knocking
"""
"""What can be heard. Neon rain is a visual style and no weather."""

DOES = """
    appear approach arrive ascend awaken balance bark bathe beat become beg begin bend billow bite blink bloom
    blossom blow boil bounce break breathe brush build burn burst bubble carry cast catch change charge chase cheer
    chew circle clap climb collapse collide come cook crack crash crawl creep cross crouch crumble cry curl dance
    dart dash descend dig dip dissolve dive dodge drag draw drift drink drip drive drop drum eat embrace emerge
    enter erupt escape examine explode explore expand fade fall fight fill fix flap flash flicker flip float flood
    flow flutter fly fold follow freeze gallop gather gaze gesture give glance glide go grab greet grin grip grow
    hang hatch haul hide hit hold hop hover howl hug hunt hurry ignite inspect jog juggle jump kick kiss kneel knock
    laugh launch lead leak lean leap leave lick lie lift listen look lurk march meet melt mend merge mirror mix
    morph mount move nod pace paddle paint pass pat peek peel perch perform pet pick play plunge pop pounce pour
    pray prepare press prowl put rain raise reach read reflect reveal ride ripple rise roam roar roll rotate row run
    rush sail salute say scatter scream scurry search shake shatter shimmer shine shiver shout shrug sing sink sip
    sit sizzle skate ski skid skip slam sleep slice slide slip slither smash smile smoke snap snatch sniff snow soar
    spar sparkle speak speed spill spin splash spray spread sprint sprout stack stagger stand stare start steer step
    stir stop stretch stride stroll struggle stumble surf surface surge swarm sway sweep swim swing swirl talk tap
    taste tear throw thrust tie tiptoe toss touch transform travel tremble trot tumble turn twirl twist unfold
    unfurl unravel vanish wade wait wake walk wander wash watch wave weave whisper whirl wink wrap wrestle write
    yawn
"""
"""Actions of people, animals and things in the base form, from which the other forms are derived."""

ONE_DOES = """
    lights points rests types closes opens works cuts bows lands takes pushes pulls tilts races trains covers movement
"""
"""Actions whose base form means something else too (an open field, a close-up, soft light); and movement itself."""

NO_DEED = """
    morning evening building ceiling clothing king ring spring string thing wing sling ming ping bing ding something
    nothing everything anything during painting stunning interesting charming amazing wedding viking darling railing
    setting opening ending beijing lighting lightning framing dressing styling rendering timing breathtaking
    striking surrounding wearing featuring including containing depicting showing being having panning tracking
    zooming tilting orbiting dollying trucking establishing focusing filming recording shooting sterling pudding
    dumpling seedling duckling gosling sibling earring outstanding captivating mesmerizing flooring siding housing
    bedding living dining adjoining existing
"""
"""Words in -ing that are no action, or the camera's."""

SIGNS = """
    sign, read, reading, title, titled, text, label, labeled, labelled, logo, word, letter, lettering, written, called,
    named, banner, poster, caption, subtitle, spell, spelling
"""
"""Words before a quotation that is read and not spoken."""

FOREIGN = """
    der, das, und, ein, eine, einem, einen, im, mit, auf, durch, les, une, et, dans, sur, avec, du, des, el, los, las,
    una, en, con, por, il, gli, nel, della, di, um, uma, na, em, het, een, och, med
"""
"""Small words of other languages: a prompt with two of them is not English."""
