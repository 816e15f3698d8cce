"""Extra time for participants who need it, in percent of every limit. Pure.

It lengthens the whole paper and, with it, the seconds of each item, of which an answer is then told
to have used as large a part as it did. Of why somebody gets it nothing is asked or kept.
"""

EXTRA_PERCENTS = (25, 33, 50, 75, 100, 150, 200)  # within the CHECK of `entries`
MAX_EXTENDED = 5_000  # participants of one competition
