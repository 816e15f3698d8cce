"""The blueprint of the bank."""

from flask import Blueprint

bp = Blueprint("question_bank", __name__, url_prefix="/items")
