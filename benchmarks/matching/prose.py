"""What docs/matching.md says around its tables."""

BEFORE = """\
# Finding pictures by pictures

```sh
pip install 'streamresize[catalog,features,cluster]'
streamresize index add photos --catalog cat.db --windows --keypoints
streamresize match query.jpg --catalog cat.db --html found.html
streamresize find-originals thumbs --in photos --copy-to originals --dry-run
streamresize duplicates --catalog cat.db --similarity 0.1
streamresize cluster --catalog cat.db --similarity 0.3 --out clusters
```

`match` says of each picture found with what score, and what the query is of it: "80% of it, scale
0.17, mirrored". `--json` gives the map from the query's pixels to the picture's as well, and MSE,
SSIM and the distance of the histograms of what both show.

## How a search goes

1. **Candidates.** *hash*: the symmetric hash of the query in all eight orientations, whole and
   within constant borders, against both of every picture (at most 90 of 256 bits). *windows*, if
   the catalog has them: the same hash against those of overlapping parts of every picture: parts of
   its own shape with sides of 95 to 50 %, and what is left where something is cut off one side;
   also of the query without a bar at one of its sides (at most 84 bits). *keypoints*, if the
   catalog has them: ORB keypoints of the query and of its mirror image vote, and an affine map is
   fitted to those of the 16 pictures with the most votes.
2. **Verification**, always. The candidate's small luma picture is laid over the query's: the guess
   that comes with the candidate is moved (Lucas-Kanade, affine, from coarse to fine, on samples
   taken against those around them) until the samples agree to a fraction of one. The score is the
   mean correlation in windows, the worst 40 % of their weight left out, which may be covered by
   text or borders. From 0.75 on two pictures show the same (`--least`). A blank page, whose samples
   differ by less than the noise of JPEG, agrees with nothing: it is neither looked for nor found.

As a library:

```python
from streamresize.catalog import Catalog
from streamresize.matching import Gallery, search

with Catalog.open("cat.db") as catalog:
    for match in search(fingerprint, Gallery(catalog)):
        print(match.score, match.relation, catalog.get(match.image_id).paths)
```

## Radii and the size of a collection

Hashes of pictures that show different things differ in 128 ± 8.5 bits of 256, nearly as coin tosses
would. So 90 bits bring eight candidates by chance to a query of 100,000 pictures, and eight
thousand to one of 100 million, while the nearest 16 are verified. The radii of hashes and windows
therefore fall so that at most eight candidates of a stage are expected by chance
(`matching.radii`). What that costs, over all edits below, among them large rotations and crops that
a hash alone cannot bear (`python -m benchmarks.matching.radii`):

| pictures | hashes within | by chance | originals found | windows within | originals found |
|---|---|---|---|---|---|
| 350 | 90 | 0.0 | 0.834 | 84 | 0.976 |
| 10,000 | 90 | 0.3 | 0.834 | 81 | 0.972 |
| 100,000 | 89 | 1.0 | 0.830 | 78 | 0.967 |
| 1,000,000 | 85 | 0.9 | 0.823 | 74 | 0.959 |
| 10,000,000 | 82 | | 0.819 | 71 | 0.950 |
| 1,000,000,000 | 75 | | 0.806 | 66 | 0.944 |

1,925 copies of 35 photos in 55 ways; collections are enlarged with random hashes. Photos have a few
more near neighbours than these, so that more candidates come by chance than the table says: of
350 photos, five pairs in a million are within 90 bits, four times as many as of random hashes.

## How much is found

Made by `make matching`: {queries} of {photos} photos are edited in {edits} ways and looked for
among all {photos} originals. {chosen} of these photos choose each method's threshold, the same for
all edits: the loosest at which 99 % of the pairs found are right. {judged} others give the figures:
the share of copies whose original is found, at these thresholds.

A filled rotation leaves black corners; a chain does one edit after the other. `symmetric, not
verified` is the hash alone; `hash`, `windows` and `keypoints` are verified candidates of one stage
alone, `together` is what `match` does. Methods whose first wrong pair is nearer than 99 right ones
find nothing (0.00): whash and colorhash give different photos the same few bits. imagededup's
networks, which come with PyTorch, are not in the table.
"""

AFTER = """\
Thresholds are bits, or the lowest score; the columns of precision give what the other half of the
photos has at that threshold. *d'* is the distance between the means of same and other pairs, in
standard deviations. The time of a query is processor time on one core, its decoding included for
ours; keypoints take longest, as all descriptors of the catalog are compared with all of the query.

The luma of a fingerprint is a JPEG of quality 70. At 85 a fingerprint takes 12,425 bytes, and the
same measurement finds as much: no figure of the first table differs by more than 0.01.

![Distances of same and of other pictures](images/matching.svg)

Black: the threshold. Pairs that no stage took for candidates count as 1 - score = 1.

## What goes wrong

The wrong pairs with the highest scores are photos of one smooth object on plain ground, many of
them tiny copies: a ballpoint pen and an obelisk at a tenth of the size (0.95), a loudspeaker and a
teat (0.87), a squash and a beetle (0.87). Apart from the outline there is nothing to compare, so
that the score follows it. They come from windows, which offer hundreds of outlines of every
picture. Of 19,250 copies 17 have a wrong picture at 0.75 or more, one at 0.87 or more: the score to
ask for where a wrong answer is dear (`--least`). Three copies are missed altogether, all among
those that choose the thresholds: an iron at a tenth of its size, a wallaby and a mushroom turned by
10 degrees and cut. The mushroom is fine texture everywhere, and after the rotation its 300
strongest keypoints are others. Copies that only one stage finds are strong rotations (keypoints)
and tiny ones (hash, windows).

## Which version is the original

`find-originals` and `duplicates` measure files, not thumbnails: `matching.sharpness` decodes the
luma and takes the frequency below which 90 % of the energy lies, weighted by frequency. An
enlargement lacks what lies above. The detail of a picture is the number of pixels that it has for
one of the query, times the part of them that is resolved; an original must show 90 % of the query
and have 1.2 times its detail. Within half a power of two of detail, the quality of the quantisation
tables, how much more than the query is shown and then the number of bytes decide. Enlargements with
repeated samples ("nearest") pass for sharp.

Tried on ten camera photos: copies of a sixth of the size at quality 30, half of them cropped by a
fifth; originals and bicubic enlargements of the poor copies lie among 364 other photos. All ten
originals are found, no enlargement is taken. With windows alone the same.

## Limits

- Windows are scanned one by one: 635 for each picture, 56 queries. 10,000 pictures take some
  hundreds of milliseconds a query, so beyond 100,000 leave them and the keypoints out, or search
  by hash first. The hash stage is that of the catalog.
- Parts below a quarter of the area are found by keypoints only, if they have enough of them.
- A query that contains a picture of the catalog beside other things is found by keypoints only.
- The radius of keypoints does not fall: each of them has one vote, shared by all that are like it.
- `cluster` keeps the distances of up to 4,000 pictures and uses average linkage, as imagecluster
  did: the cut is a part of the largest distance, so it depends on the data. `--absolute` cuts at a
  part of 128 bits instead. Larger collections are joined by neighbours, always absolute.
"""
