"""Finished planes to RGB, in 16-bit fixed point."""

SHIFT = 16
HALF = 1 << (SHIFT - 1)
CR_TO_RED = round(1.402 * (1 << SHIFT))
CB_TO_GREEN = round(0.34414 * (1 << SHIFT))
CR_TO_GREEN = round(0.71414 * (1 << SHIFT))
CB_TO_BLUE = round(1.772 * (1 << SHIFT))


def red(y, cr):
    return min(max(y + ((CR_TO_RED * cr + HALF) >> SHIFT), 0), 255)


def green(y, cb, cr):
    return min(max(y + ((HALF - CB_TO_GREEN * cb - CR_TO_GREEN * cr) >> SHIFT), 0), 255)


def blue(y, cb):
    return min(max(y + ((CB_TO_BLUE * cb + HALF) >> SHIFT), 0), 255)


def ycbcr_to_rgb(y, cb, cr, rgb):
    """uint8 (h, w) planes to uint8 (h, w, 3), full range (T.871 clause 7)."""
    for row in range(rgb.shape[0]):
        for column in range(rgb.shape[1]):
            luma = int(y[row, column])
            blueness = int(cb[row, column]) - 128
            redness = int(cr[row, column]) - 128
            rgb[row, column, 0] = red(luma, redness)
            rgb[row, column, 1] = green(luma, blueness, redness)
            rgb[row, column, 2] = blue(luma, blueness)


def without_ink(ink, white):
    """The light that `ink` leaves of `white`, both 0..255: white * (255 - ink) / 255, rounded."""
    product = ink * white + 128
    return max(white - (((product >> 8) + product) >> 8), 0)


def cmyk_to_rgb(c, m, y, k, inverted, rgb):
    """uint8 (h, w) planes to uint8 (h, w, 3): each colour's light times the black's.

    inverted: samples are 255 minus ink, as Adobe stores them.
    """
    flip = 255 if inverted else 0
    for row in range(rgb.shape[0]):
        for column in range(rgb.shape[1]):
            white = 255 - (int(k[row, column]) ^ flip)
            rgb[row, column, 0] = without_ink(int(c[row, column]) ^ flip, white)
            rgb[row, column, 1] = without_ink(int(m[row, column]) ^ flip, white)
            rgb[row, column, 2] = without_ink(int(y[row, column]) ^ flip, white)


def ycck_to_rgb(y, cb, cr, k, inverted, rgb):
    """YCbCr codes 255 minus the C, M, Y samples (T.872 6.5.3); then as `cmyk_to_rgb`."""
    flip = 255 if inverted else 0
    for row in range(rgb.shape[0]):
        for column in range(rgb.shape[1]):
            luma = int(y[row, column])
            blueness = int(cb[row, column]) - 128
            redness = int(cr[row, column]) - 128
            white = 255 - (int(k[row, column]) ^ flip)
            cyan = 255 - red(luma, redness)
            magenta = 255 - green(luma, blueness, redness)
            yellow = 255 - blue(luma, blueness)
            rgb[row, column, 0] = without_ink(cyan ^ flip, white)
            rgb[row, column, 1] = without_ink(magenta ^ flip, white)
            rgb[row, column, 2] = without_ink(yellow ^ flip, white)


def look_up_channels(picture, table, channels):
    """channels[c, y, x] = table[picture[y, x, c]]: uint8 (h, w, n) to uint16 (n, h, w)."""
    for channel in range(channels.shape[0]):
        for row in range(channels.shape[1]):
            for column in range(channels.shape[2]):
                channels[channel, row, column] = table[picture[row, column, channel]]
