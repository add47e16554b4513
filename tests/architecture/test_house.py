"""The rules of the house, executable: sizes, names, who may import and open what."""
import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, functions, imports, modules, name, tree

MODULE_LINES = 400
FUNCTION_LINES = 40
# A longer one is listed here with its reason.
LONG: dict[str, str] = {}

TOP_LEVEL = {"forum", "search", "auth", "tests", "config", ".ci", "pyproject.toml", "README.md", "LICENSE"}
TOP_LEVEL |= {"Makefile", "uv.lock", ".gitignore"}
DOMAINS = (
    "members", "groups", "threads", "reading", "initiatives", "polls", "notifications", "searching", "provisioning",
    "courses", "moderation", "curation",
)  # fmt: skip
VOCABULARY = {
    "__init__", "models", "policies", "queries", "commands", "facts", "subscribers", "jobs", "schemas", "api",
    "pages", "templates", "README",
}  # fmt: skip
# Pure calculations and machinery of one domain, by their own names.
OWN_NAMES = {
    "members/admission": "how a door's claims become an account",
    "threads/statements": "the SQL that queries and commands share",
    "threads/pace": "whether what is posted waits, and how soon the next may come",
    "threads/recount": "counters made anew, for imports and the doctor",
    "threads/tags": "tags as they are stored, pure",
    "groups/recount": "counters made anew, for imports and the doctor",
    "courses/campus": "what reads rosters in this process",
    "courses/rosters": "one reading of a roster, from the platform to the places",
    "provisioning/people": "what SCIM asks of the forum, as a class",
    "initiatives/recount": "counters made anew, histories looked at, for the doctor",
    "initiatives/stages": "the states of an initiative, pure",
    "polls/terms": "what a new poll asks for, checked and complete",
    "polls/counting": "from rows to the tally",
    "polls/statements": "the SQL that queries and commands share",
    "members/browsers": "a user agent in words",
    "polls/ballots": "whether a ballot answers what its poll asks, pure",
    "polls/tally": "ballots in, the result out, pure",
    "polls/ranked": "Schulze's method and instant run-off, pure",
    "polls/moments": "dates and times in a zone as instants, and back, pure",
    "moderation/acts": "the ledger: what was done, its audit entry, the way to undo it",
    "moderation/canned": "the sentences that moderators choose from, in seven languages, pure",
    "moderation/standing": "what holds now of somebody's sanctions, for every request to read",
    "moderation/targets": "what a case is about, as one value, pure",
    "moderation/verdicts": "what a verdict does, and how it is taken back, for the commands that decide",
    "moderation/waiting": "what becomes of a newcomer's post, for the verdicts",
    "moderation/openness": "what everybody is told of the acts of moderation, and for whose ears a reason is, pure",
    "notifications/acts": "what was done to a member, in words to them",
    "moderation/transparency": "half a year of moderation, from counts to a document and a table, pure",
    "moderation/posts": "hide, remove and restore, for the commands that decide it",
    "curation/addresses": "what a pasted address leads to, pure",
    "curation/periods": "a month or a year, pure",
    "curation/summary_text": "a kept text rendered, with links to the posts of its thread, pure",
    "threads/elsewhere": "where the posts of a thread went",
    "curation/doors": "the threads and groups that an act touches, fetched and locked",
    "curation/relocation": "posts go to another thread, for the commands that decide it",
    "curation/terms": "the reason and the end of an act, checked",
    "searching/engine": "the engine of this process",
    "searching/feeds": "the address of a saved search's feed, pure",
    "searching/trending": "what many people look for, counted in memory",
    "searching/indexing": "what the jobs and the rebuild share",
    "searching/rebuild": "the index made anew",
    "searching/refining": "a query's text with one thing changed",
    "searching/comparison": "the index compared with the database, for the doctor and the daily look",
}
UNWANTED = {"utils", "util", "helpers", "helper", "services", "service", "managers", "manager", "misc", "common"}
ALLOWED_UNWANTED = {"forum/jobs/manager.py": "PgQueuer's own word: its QueueManager, restarted"}


def test_the_top_level_is_what_was_agreed() -> None:
    import subprocess

    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split("/")[0] for line in listed.splitlines()} <= TOP_LEVEL


@pytest.mark.parametrize("path", modules(), ids=name)
def test_modules_are_short(path: Path) -> None:
    if "migrations" in path.parts:
        return
    assert path.read_text().count("\n") <= MODULE_LINES


@pytest.mark.parametrize("path", modules(), ids=name)
def test_functions_are_short(path: Path) -> None:
    long = [
        f"{node.name} has {(node.end_lineno or 0) - node.lineno + 1} lines"
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES and f"{name(path)}:{node.name}" not in LONG
    ]
    assert not long


def test_no_module_has_a_name_that_says_nothing() -> None:
    found = {name(path) for path in modules() if path.stem in UNWANTED} - set(ALLOWED_UNWANTED)
    assert not found


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_holds_only_files_that_can_be_guessed(domain: str) -> None:
    folder = ROOT / "forum" / domain
    found = {path.stem for path in folder.iterdir() if path.name != "__pycache__"}
    own = {key.split("/")[1] for key in OWN_NAMES if key.startswith(domain + "/")}
    assert found - VOCABULARY <= own


def test_endpoints_import_no_models() -> None:
    """Enums that name a choice may come from there; tables may not."""
    wrong = []
    for path in modules():
        if path.stem not in ("api", "pages") and not {"api", "pages"} & set(path.parts):
            continue
        if path.parts[-2] == "api" and path.parts[-3] == "forum":
            continue
        for imported in imports(path):
            found = re.fullmatch(r"forum\.(\w+)\.models\.(\w+)", imported)
            if found and is_table(found.group(1), found.group(2)):
                wrong.append(f"{name(path)} imports {imported}")
    assert not wrong


def is_table(domain: str, kind: str) -> bool:
    for node in tree(ROOT / "forum" / domain / "models.py").body:
        if isinstance(node, ast.ClassDef) and node.name == kind:
            return any(isinstance(base, ast.Name) and base.id == "Model" for base in node.bases)
    return False


def test_nothing_below_imports_the_surfaces() -> None:
    above = re.compile(r"forum\.\w+\.(pages|api)(\.|$)")
    wrong = []
    for path in modules():
        in_surface = {"pages", "api"} & {*path.parts, path.stem} or path.stem in ("routes", "page_routes")
        if in_surface:
            continue
        wrong += [f"{name(path)} imports {one}" for one in imports(path) if above.match(one)]
    assert not wrong


def test_only_config_reads_the_environment() -> None:
    wrong = [
        name(path)
        for path in modules()
        if path.parts[len(ROOT.parts)] != "config" and re.search(r"\bos\.(environ|getenv)\b", path.read_text())
    ]
    assert not wrong


def test_only_the_kit_opens_transactions() -> None:
    pattern = re.compile(r"in_transaction\(\s*[\"']|\.transaction\(\)|\batomic\(")
    allowed = {"forum/kit/transaction.py"}
    wrong = [name(path) for path in modules() if name(path) not in allowed and pattern.search(path.read_text())]
    assert not wrong


def test_no_sql_is_made_with_f_strings_or_percent() -> None:
    """Constants may be joined; values are always parameters (S-32)."""
    starts = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|ALTER|CREATE|DROP|TRUNCATE)\b")
    wrong = []
    for path in modules():
        for node in ast.walk(tree(path)):
            parts: list[ast.expr] = []
            if isinstance(node, ast.JoinedStr):
                parts = [value for value in node.values if isinstance(value, ast.Constant)]
            elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
                parts = [node.left]
            if parts and isinstance(parts[0], ast.Constant) and starts.match(str(parts[0].value)):
                wrong.append(f"{name(path)}:{node.lineno}")
    assert not set(wrong) - {"forum/kit/postgres.py"}


def test_rows_are_written_narrowly() -> None:
    """A bare ``.save()`` undoes a neighbour's change; ``save(update_fields=[…])`` does not."""
    wrong = [name(path) for path in modules() if re.search(r"\.save\(\)", path.read_text())]
    assert not wrong


def test_tasks_are_not_spawned_inside_commands() -> None:
    wrong = []
    for path in modules():
        for node in functions(path):
            decorated = any(isinstance(mark, ast.Name) and mark.id == "command" for mark in node.decorator_list)
            if decorated and re.search(r"create_task|gather\(|ensure_future", ast.unparse(node)):
                wrong.append(f"{name(path)}:{node.name}")
    assert not wrong


def test_session_state_is_only_set_locally() -> None:
    """Connections are not reset between uses (decision: no reset query), so ``SET`` must be ``SET LOCAL``."""
    pattern = re.compile(r"[\"'](?:\s*)SET (?!LOCAL)\w+ (?:=|TO)", re.IGNORECASE)
    allowed = {"forum/kit/migration.py", "forum/kit/postgres.py"}
    wrong = [name(path) for path in modules() if name(path) not in allowed and pattern.search(path.read_text())]
    assert not wrong


def test_one_outbound_client() -> None:
    wrong = [
        name(path)
        for path in modules()
        if re.search(r"httpx2?\.(AsyncClient|Client|get|post)\(", path.read_text())
        and name(path) != "auth/outbound.py"
    ]
    assert not wrong
