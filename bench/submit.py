"""What handing in a paper of 120 items costs: CPU of the program and of SQLite within it.

Each paper was answered in full; its last two answers travel with the hand-in. The real endpoint
with log-in session and CSRF, scoring and events included. Prints a table and, as its last line, one
JSON object; exit 1 when the median exceeds 25 ms.
"""

import argparse
import json
import logging
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import learning.models as all_models
from learning.app import create_app
from learning.kernel.db import Database
from learning.settings import Settings
from tests.attempts.conftest import Device
from tests.factories.attempts import Seat, make_seat
from tests.factories.items import make_blueprint

LIMIT_MS = 25.0
SECRET = "benchmark-secret-benchmark-secret"
SINGLES, MULTIPLES = 100, 20
ITEMS = SINGLES + MULTIPLES
WARM_UP = 3


def make_seats(database: Database, papers: int) -> list[Seat]:
    begun = datetime.now(UTC) - timedelta(minutes=1)
    blueprint = make_blueprint(singles=SINGLES, multiples=MULTIPLES)
    bank = {"singles": SINGLES, "multiples": MULTIPLES}
    first = make_seat(database, begun, blueprint=blueprint, bank=bank)
    return [first] + [
        make_seat(database, begun, assessment_id=first.assessment_id) for _ in range(papers - 1)
    ]


def hand_in(device: Device) -> float:
    """Answer everything and hand in; return the CPU of the hand-in in milliseconds."""
    device.open_room()
    entries = [{"position": p, "seq": 1, "response": "c"} for p in range(1, ITEMS - 1)]
    device.post("responses", {"epoch": 2, "responses": entries})
    unsent = [{"position": p, "seq": 1, "response": ["a", "c"]} for p in (ITEMS - 1, ITEMS)]
    last = {str(p): 1 for p in range(1, ITEMS + 1)}
    body = json.dumps({"epoch": 2, "responses": unsent, "last_seq": last}).encode()
    start = time.process_time()
    reply = device.post("submit", body)
    took = (time.process_time() - start) * 1000
    if reply.status_code != 200:
        raise RuntimeError(reply.text)
    return took


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=60)
    args = parser.parse_args()
    logging.disable(logging.INFO)  # the access log would stand between the figures
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{Path(name) / 'bench.db'}"
        database = Database(url)
        all_models.metadata.create_all(database.engine)
        app = create_app(
            Settings(secret_key=SECRET, data_dir=Path(name), database_url=url), database
        )
        taken = []
        for seat in make_seats(database, args.papers + WARM_UP):
            client = app.test_client()
            with client.session_transaction() as cookie:
                cookie["_user_id"] = seat.token
                cookie["_fresh"] = True
            taken.append(hand_in(Device(client, seat)))
        database.dispose()
    taken = sorted(taken[WARM_UP:])
    median, worst = statistics.median(taken), taken[int(len(taken) * 0.95)]
    print(f"{'items':>6}{'papers':>8}{'CPU-ms p50':>12}{'p95':>8}")
    print(f"{ITEMS:>6}{len(taken):>8}{median:>12.1f}{worst:>8.1f}")
    result = {"items": ITEMS, "papers": len(taken), "cpu_ms": round(median, 1)}
    print(json.dumps({**result, "p95_ms": round(worst, 1)}))
    return 0 if median <= LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
