"""From a table to predictions, with nothing but Python's standard library.

    python3 docs/examples/train.py test/data/wine_train.csv test/data/wine_test.csv

MLOPS_URL and MLOPS_API_KEY say where the service is and with which key; without them it is on this machine and asks
for none.
"""

import json
import os
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

API = os.environ.get("MLOPS_URL", "http://127.0.0.1:8000").rstrip("/") + "/api/ml/v1"
KEY = os.environ.get("MLOPS_API_KEY")


def call(method, path, body=None, content_type="application/json"):
    """The open answer. A problem ends the program with its sentence."""
    headers = {"Content-Type": content_type} if body is not None else {}
    if KEY:
        headers["Authorization"] = f"Bearer {KEY}"
    try:
        return urlopen(Request(API + path, data=body, method=method, headers=headers))
    except HTTPError as error:
        problem = json.load(error)
        sys.exit(f"{problem['title']}: {problem['detail']} ({problem['code']})")


def upload(path):
    query = urlencode({"name": path.name})
    with path.open("rb") as table:
        return json.load(call("POST", f"/datasets/upload?{query}", table, "application/octet-stream"))


def train(dataset_id):
    """The run as it ended, of which each state and each step is printed."""
    request = json.dumps({"dataset_id": dataset_id, "mode": "light"}).encode()
    run = json.load(call("POST", "/training-runs", request))
    while run["status"] in ("queued", "running"):
        # A stream that breaks is asked for again: its first event is the run as it is by then.
        event = ""
        for line in call("GET", f"/training-runs/{run['id']}/events"):
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "event":
                event = value
            elif field == "data" and event == "status":
                run = json.loads(value)
                print(run["status"])
            elif field == "data" and event == "progress":
                print(f"{json.loads(value)['progress']:.0%}")
    if run["status"] != "succeeded":
        sys.exit(f"The run ended as {run['status']}: {run['error']}")
    return run


def main():
    table, unseen = map(Path, sys.argv[1:3])
    dataset = upload(table)
    print(f"{dataset['name']}: {dataset['rows']} rows, {dataset['columns']} columns")
    run = train(dataset["dataset_id"])
    print(f"accuracy {run['metrics']['accuracy']:.3f}")
    answer = call("POST", f"/artifacts/{run['artifact_id']}/predict/table", unseen.read_bytes(), "text/csv")
    for line in answer.read().decode().splitlines()[:3]:
        print(line)


main()
