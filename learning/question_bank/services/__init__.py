"""Use cases of the bank. Each checks by itself what its actor may do in the bank."""

from learning.question_bank.services.banks import (
    BankSettings,
    change_settings,
    create_bank,
    is_code,
)
from learning.question_bank.services.creating import (
    create_draft,
    create_drafts,
    get_bank_of,
    judge_draft,
)
from learning.question_bank.services.drafting import (
    OpenDraft,
    SavedDraft,
    discard_draft,
    open_draft,
    save_draft,
    start_revision,
)
from learning.question_bank.services.exposure import count_exposure
from learning.question_bank.services.media import (
    MAX_PICTURE,
    keep_pictures,
    store_picture,
)
from learning.question_bank.services.records import defaults_of
from learning.question_bank.services.rekeying import RuledKey, take_ruled_key
from learning.question_bank.services.removing import remove_unversioned
from learning.question_bank.services.reviewing import (
    Outcome,
    approve,
    approve_many,
    comment_on,
    has_written,
    restore,
    retire,
    return_to_author,
    set_not_before,
    submit_for_review,
    submit_many,
)
from learning.question_bank.services.statistics import VersionFigures, record_statistics
from learning.question_bank.services.syncing import SyncReport, sync_bank, sync_settings

__all__ = [
    "MAX_PICTURE",
    "BankSettings",
    "OpenDraft",
    "Outcome",
    "RuledKey",
    "SavedDraft",
    "SyncReport",
    "VersionFigures",
    "approve",
    "approve_many",
    "change_settings",
    "comment_on",
    "count_exposure",
    "create_bank",
    "create_draft",
    "create_drafts",
    "defaults_of",
    "discard_draft",
    "get_bank_of",
    "has_written",
    "is_code",
    "judge_draft",
    "keep_pictures",
    "open_draft",
    "record_statistics",
    "remove_unversioned",
    "restore",
    "retire",
    "return_to_author",
    "save_draft",
    "set_not_before",
    "start_revision",
    "store_picture",
    "submit_for_review",
    "submit_many",
    "sync_bank",
    "sync_settings",
    "take_ruled_key",
]
