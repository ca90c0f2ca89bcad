"""What Schemathesis cannot know of the features: which ids there are, and what a schema cannot say."""

import json
import os

import schemathesis

with open(os.environ["MILEQUEST_FEATURES"], encoding="ascii") as file:
    IDS = json.load(file)


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Of three ids that are made up, two become one of what there is."""
    value = (path_parameters or {}).get("featureId")
    kind = context.operation.path.split("/")[2] if value else None
    if kind in IDS and sum(str(value).encode()) % 3:
        path_parameters["featureId"] = IDS[kind]
    return path_parameters


@schemathesis.hook
def map_query(context, query):
    """Half of the boxes are right: south is not north of north."""
    box = (query or {}).get("bbox")
    if isinstance(box, list) and len(box) in (4, 6) and all(
            isinstance(number, (int, float)) for number in box):
        south, north = (1, 3) if len(box) == 4 else (1, 4)
        if round(abs(box[0])) % 2:
            low, high = sorted(max(-90, min(90, box[at])) for at in (south, north))
            box[south], box[north] = low, high
    # A time is a text with rules of its own, and so is the place where a page goes on.
    if (query or {}).get("cursor") is not None and len(str(query["cursor"])) % 2:
        del query["cursor"]
    if (query or {}).get("datetime") is not None and len(str(query["datetime"])) % 2:
        query["datetime"] = "2026-03-01T00:00:00Z/.."
    return query
