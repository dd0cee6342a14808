"""Every bound that aecodec checks before it takes memory, each with its reason."""

MAX_SIDE = 1 << 18  # pixels; 262,144: beyond any sensor or scan, and side * side still fits 64 bits with room
MAX_PIXELS = 1 << 30  # pixels; 3 GiB as 8-bit RGB, the most a 16 GB machine can hold beside its latents
DEFAULT_MAX_PIXELS = 178_956_970  # of an input unless --max-pixels allows more: where Pillow, too, suspects a bomb
MAX_TILES = 1 << 16  # one tile is at least 64 x 64 pixels, and a billion pixels in tiles of 1024 are 1,024
MAX_TILE_SIDE = 4096  # pixels; a tile's features at 1/8 then stay below 1 GB in float32
MAX_METADATA_BYTES = 64 << 20  # ICC, EXIF or XMP; the largest EXIF (with makernotes and previews) are a few MB
MAX_ALPHA_BYTES = 4 << 30  # a PNG of MAX_PIXELS 16-bit samples, compressed
MAX_POSTFILTER_BYTES = 1 << 10  # 336 weights of 16 bits as Rice codes are 714 bytes
MAX_TILE_BYTES = 256 << 20  # 4096 x 4096 pixels at 128 bits a pixel: no legal tile is larger
MIN_LATENTS_BYTES = 9  # the flags of a stream and the state of one coder: no tile's latents are shorter
MAX_SYMBOL = 1 << 17  # magnitude of a quantised latent; gains keep real ones below 2^13
MAX_WEIGHTS_BYTES = 1 << 28  # a weights file; ten times what any network that ships needs
MAX_INPUT_BYTES = 9 << 30  # a picture file; MAX_PIXELS of 16-bit RGBA, uncompressed, are 8 GiB
