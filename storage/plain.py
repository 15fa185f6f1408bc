"""JSON in TEXT columns. One encoder for all: `json.dumps` with an option of its own builds a new one at each call."""

import json

to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Return plain JSON, Chinese as Chinese. Raises TypeError for anything that is not plain."""

from_json = json.JSONDecoder().decode
"""Return what `to_json` wrote."""
