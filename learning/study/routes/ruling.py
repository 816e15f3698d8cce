"""The rules of study hours: what is in force, what was, and what is to be from tomorrow on."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Permission
from learning.organisations.rules.categories import StaffCategory
from learning.study import queries, services, words
from learning.study.forms import RuleForm, form_of
from learning.study.routes.blueprint import bp, zone
from learning.study.rules.hours import target_field
from learning.study.words import _
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session, reading


@bp.route("/rules", methods=["GET", "POST"])
@requires(Permission.STUDY_RULES)
def rules() -> ResponseReturnValue:
    """Show the versions of the rules, and take a new one."""
    now = utc_now()
    with reading() as session:
        in_force, versions = queries.rule_in_force(session, now), queries.list_rules(session)
    newest = versions[0].rule if versions else in_force
    form = RuleForm(data=form_of(newest)) if request.method == "GET" else RuleForm()
    if form.validate_on_submit():
        try:
            made = services.set_rule(
                db_session(), current_actor(), form.rule(), zone=zone(), now=now
            )
        except Invalid as error:
            db_session().rollback()  # the page answers, so what was begun must not be committed
            for problem in error.problems:
                form[problem.place].errors = [_("专业科目不能多于全年学时。")]
        else:
            flash(_("第 %(n)s 版规则从明天起生效。", n=made.number), "success")
            return redirect(url_for("study.rules"), 303)
    page = render_template(
        "study/rules.html",
        form=form,
        number=in_force.number,
        sentences=words.rule_words(in_force),
        categories=[
            (form[target_field("year", one)], form[target_field("professional", one)])
            for one in StaffCategory
        ],
        versions=[(one, words.rule_words(one.rule)) for one in versions],
        now=now,
    )
    return page, 400 if request.method == "POST" else 200
