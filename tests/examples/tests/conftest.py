import pytest
from helpdesk import HelpDesk


@pytest.fixture
def desk(mockgate):
    return HelpDesk()
