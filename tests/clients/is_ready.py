"""Ends with 0 when the server says that it is ready.   usage: is_ready.py PORT_BASE"""

import sys
import urllib.request

try:
    with urllib.request.urlopen(f"http://127.0.0.1:{int(sys.argv[1]) + 88}/readyz", timeout=5):
        pass
except OSError:
    sys.exit(1)
