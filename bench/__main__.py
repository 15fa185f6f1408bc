import sys

from bench import gatherings
from bench.harness import main

sys.exit(gatherings.main(sys.argv[1:]) if sys.argv[1:2] in gatherings.PARTS else main())
