"""python -m streamresize_server"""

import sys

from streamresize_server.command import main

if __name__ == "__main__":
    sys.exit(main())
