"""What GEOS, through shapely, needs for the same answer: overlaps of all pairs, union of all units, holes of the union.

Usage: bench_geos.py FILE
Prints one line of JSON: zones found, and the seconds of each part.
"""

import json
import sys
import time

import numpy as np
import shapely
from pyogrio import raw

parts = {}
began = time.perf_counter()


def done(name):
    """Books the time since the last call under a name."""
    global began
    now = time.perf_counter()
    parts[name] = round(now - began, 2)
    began = now


geometry = raw.read(sys.argv[1], columns=[])[2]
# Rings that are not closed are closed, else GEOS refuses the whole file.
units = shapely.from_wkb(geometry, on_invalid="fix")
units = units[~shapely.is_missing(units)]
done("read")

# Overlay refuses rings that cross themselves; whoever uses GEOS on files from outside mends them first.
bad = ~shapely.is_valid(units)
units[bad] = shapely.make_valid(units[bad])
done("valid")

a, b = shapely.STRtree(units).query(units, predicate="intersects")
once = a < b
a, b = a[once], b[once]
done("pairs")

# Most pairs only touch: their intersection is made of lines and points, which the areas leave out.
pieces = shapely.get_parts(shapely.intersection(units[a], units[b]))
pieces = shapely.get_parts(pieces)  # collections hold multipolygons
overlaps = int(np.count_nonzero(shapely.area(pieces) > 0))
done("overlaps")

whole = shapely.get_parts(shapely.union_all(units))
holes = int(shapely.get_num_interior_rings(whole).sum())
done("union")

print(json.dumps({"zones": overlaps + holes, "parts": parts}))
