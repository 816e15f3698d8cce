"""What the journeys of a run share."""

import pytest

from tests.journeys import site
from tests.made_once import shared_folder


@pytest.fixture(scope="session", autouse=True)
def shared(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let a schema and its content be made once for all processes of the run."""
    site.SHARED[:] = [shared_folder(tmp_path_factory)]
