"""What the tests share: the embedding model, the guides, and a home of their own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from ingest.packs.pack import SHIPPED_PACKS, read_packs
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.knowledge_base import KnowledgeBase
from kb.paths import Home
from kb.settings import DEFAULT_MODEL
from testing.remembering import RememberingEmbeddings, load_once
from tests.forked import MODELS
from tests.ingesting import ingest

REPOSITORY = Path(__file__).parent.parent
SAMPLE_GUIDES = REPOSITORY / "guides"
SHARED = REPOSITORY.parent / "shared"
REAL_GUIDE = SHARED / "guides" / "iam-troubleshooting.ja.txt"
REAL_ENGLISH = SHARED / "guides" / "iam-user-guide-en"

needs_real_guides = pytest.mark.skipif(
    not REAL_GUIDE.exists(), reason="the real guides (../shared) are not here"
)


# The slowest test files, slowest first: they start processes, and wait for them. Those
# after the first do without the home folder that it makes.
_LONGEST = (
    "test_end_to_end.py",
    "test_release.py",
    "test_html.py",
    "test_formats.py",
    "test_secrets.py",
    "test_load.py",
    "test_publish.py",
    "test_away.py",
    "test_ingest.py",
    "test_http.py",
    "test_rerun.py",
    "test_nothing_kept.py",
    "test_hostile.py",
    "test_answers.py",
    "test_commands.py",
    "test_e5_archive.py",
    "test_snapshot_pulls.py",
)

# What loads the model or starts a process, which takes longer than a unit test may.
_E2E_FIXTURES = {"models", "slack", "running", "start_bot", "s3"}
# What starts a bot in a process of its own.
_PROCESSES = {"running", "start_bot", "busy", "office", "by_http"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that `make check` leaves to `make test`, and put the longest files first.

    Otherwise one process could still be running the longest when the others have finished.
    """
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if _E2E_FIXTURES & fixtures:
            item.add_marker(pytest.mark.e2e)
        # Measuring hundreds of random inputs takes long, and others cover the same lines; of a bot
        # in a process of its own nothing is measured anyway.
        if _PROCESSES & fixtures or hasattr(getattr(item, "obj", None), "hypothesis"):
            item.add_marker(pytest.mark.no_cover)
    place = {name: number for number, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.fixture(scope="session", autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests away from the developer's own settings and home folder."""
    folder = tmp_path_factory.mktemp("work")
    before = dict(os.environ)
    here = Path.cwd()
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL", "EMBEDDING_MODEL"):
        os.environ.pop(name, None)
    os.environ["GUIDEBOT_HOME"] = str(folder / "var")
    os.chdir(folder)
    yield
    os.chdir(here)
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session", autouse=True)
def _once_for_all() -> Iterator[None]:
    """Do once what takes most tests longer than what they test.

    The process that reads sources goes on between ingests, the default model is loaded once, and
    the shipped packs are read once.
    """
    shipped = read_packs(SHIPPED_PACKS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.reading.end_reading", lambda: None)
        patch.setattr("ingest.pipeline.read_packs", lambda _: shipped)
        patch.setattr("kb.embedder.embeddings.load_model", load_once)
        yield


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model cache. GUIDEBOT_TEST_MODELS keeps it, and some vectors, between runs."""
    kept = os.environ.get("GUIDEBOT_TEST_MODELS")
    folder = Path(kept) if kept else _run_folder(tmp_path_factory) / "models"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[MODELS] = str(folder)
    return folder


def _run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the processes of one run share."""
    here = tmp_path_factory.getbasetemp()
    # Those of pytest-xdist have folders side by side.
    return here.parent if "PYTEST_XDIST_WORKER" in os.environ else here


@pytest.fixture(scope="session")
def embeddings(models: Path) -> SentenceTransformerEmbeddings:
    """The real default model, loaded once."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    threads = max(1, (os.cpu_count() or 1) // workers)
    return RememberingEmbeddings(DEFAULT_MODEL, models, threads)


@pytest.fixture(scope="session")
def known_vectors(sample_home: Home) -> Path:
    """An embedding cache that knows the sample guide and the shipped packs. Do not write to it."""
    return sample_home.embedding_cache


@pytest.fixture
def home(tmp_path: Path, models: Path, known_vectors: Path) -> Home:
    """A home folder where nothing has been published, with the models linked into it."""
    root = tmp_path / "home"
    root.mkdir()
    (root / "models").symlink_to(models)
    home = Home(root)
    shutil.copy(known_vectors, home.embedding_cache)
    return home


@pytest.fixture(scope="session")
def real_home(
    tmp_path_factory: pytest.TempPathFactory,
    embeddings: SentenceTransformerEmbeddings,
    models: Path,
) -> Home:
    """A home folder with the real Japanese guide published. Do not write to it."""
    if not REAL_GUIDE.exists():
        pytest.skip("the real guides (../shared) are not here")
    return _published("real", REAL_GUIDE, tmp_path_factory, embeddings, models)


@pytest.fixture(scope="session")
def real(real_home: Home, embeddings: SentenceTransformerEmbeddings) -> KnowledgeBase:
    """Answers from the real Japanese guide."""
    return KnowledgeBase(real_home, embeddings)


@pytest.fixture(scope="session")
def sample_home(
    tmp_path_factory: pytest.TempPathFactory,
    embeddings: SentenceTransformerEmbeddings,
    models: Path,
) -> Home:
    """A home folder with the sample guide published. Do not write to it."""
    return _published("sample", SAMPLE_GUIDES, tmp_path_factory, embeddings, models)


def _published(
    name: str,
    source: Path,
    tmp_path_factory: pytest.TempPathFactory,
    embeddings: SentenceTransformerEmbeddings,
    models: Path,
) -> Home:
    """A home folder with guides published, once per run; their vectors are kept with the models."""
    folder = _run_folder(tmp_path_factory)
    home, kept = Home(folder / name), models / f"{name}.sqlite"
    with FileLock(folder / f"{name}.lock"):
        if not home.root.exists():
            home.root.mkdir()
            home.models.symlink_to(models)
            if kept.exists():
                shutil.copy(kept, home.embedding_cache)
            ingest([source], home, embeddings)
            shutil.copy(home.embedding_cache, kept)
    return home


@pytest.fixture(scope="session")
def sample(sample_home: Home, embeddings: SentenceTransformerEmbeddings) -> KnowledgeBase:
    """Answers from the sample guide."""
    return KnowledgeBase(sample_home, embeddings)
