"""Half of all requests name things that exist, and the version they have: an id that
names nothing is refused before anything of interest happens. MEASURE_KNOWN is a JSON
file {"ids": {"first two path segments": [...]}}."""
import json
import os
import random

import schemathesis

with open(os.environ["MEASURE_KNOWN"], encoding="utf-8") as file:
    known = json.load(file)


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    names = known.get(context.operation.path.split("/")[3], {})
    for name, values in names.items():
        if path_parameters and name in path_parameters and values and random.random() < 0.5:
            path_parameters[name] = random.choice(values)
    return path_parameters


@schemathesis.hook
def map_headers(context, headers):
    if headers and "If-Match" in headers and random.random() < 0.7:
        headers["If-Match"] = f'"{random.randint(1, 4)}"'
    return headers
