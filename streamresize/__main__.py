"""python -m streamresize"""

import sys

from streamresize.cli import main

if __name__ == "__main__":
    sys.exit(main())
