"""python -m streamresize"""

import sys

from streamresize.cli import main

sys.exit(main())
