"""The neighbours: medallion on MongoDB, OpenTAXII on SQLite, and nginx as the ruler for pages."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from benchmarks import install
from benchmarks.processes import free_port
from benchmarks.servers import COLLECTION, CORES, PASSWORD, Server
from benchmarks.wire import MEDIA_TYPE, Connection, Target, basic

Command = list[str | Path]
BODY_LIMIT = 64 * 1024 * 1024
_GUNICORN = [
    "--worker-class",
    "gthread",
    "--threads",
    "4",
    "--keep-alive",
    "75",
    "--timeout",
    "600",
    "--no-control-socket",
]

_SEED_MEDALLION = """
import sys
from pymongo import ASCENDING, MongoClient
client = MongoClient(sys.argv[1])
home = client["discovery_database"]
home["discovery_information"].insert_one({"title": "bench", "default": "bench", "api_roots": ["bench"]})
home["api_root_info"].insert_one({"_url": "/bench/", "_name": "bench", "title": "bench",
    "versions": ["application/taxii+json;version=2.1"], "max_content_length": int(sys.argv[3])})
client["bench"]["collections"].insert_one({"id": sys.argv[2], "title": "bench", "can_read": True, "can_write": True,
    "media_types": ["application/stix+json;version=2.1"]})
keys = [["id"], ["type"], ["_collection_id"], ["_manifest.date_added"], ["_manifest.version"],
    ["_manifest.media_type", "_manifest.date_added"], ["_manifest.media_type", "_manifest.version"]]
for key in keys:
    client["bench"]["objects"].create_index([(name, ASCENDING) for name in key])
"""


class Medallion(Server):
    """The reference server under gunicorn, with a real mongod and the indexes its own set-up makes."""

    name = "medallion"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.home = install.environment("medallion")
        self.database_port = free_port()

    def create(self) -> None:
        """Write the configuration; the store is seeded through a mongod that runs for just that long."""
        (self.folder / "data").mkdir()
        uri = f"mongodb://127.0.0.1:{self.database_port}/"
        backend = {"module": "medallion.backends.mongodb_backend", "module_class": "MongoBackend", "uri": uri}
        configuration = {"users": {"bench": PASSWORD}, "taxii": {"max_page_size": 1000}, "backend": backend}
        (self.folder / "medallion.json").write_text(json.dumps(configuration))
        self._start_mongod()
        seed: Command = [self.home / "bin" / "python", "-c", _SEED_MEDALLION, uri, COLLECTION, str(BODY_LIMIT)]
        subprocess.run(seed, check=True)
        self.stop()

    def start(self) -> None:
        """Start mongod, then gunicorn: a connection stays with its worker, so paging works with two."""
        self._start_mongod()
        application = f"medallion:load_app('{self.folder / 'medallion.json'}')"
        bind = ["--bind", f"127.0.0.1:{self.port}", "--workers", str(CORES)]
        self.launch([self.home / "bin" / "gunicorn", *_GUNICORN, *bind, application], self.port)

    def _start_mongod(self) -> None:
        where: Command = ["--dbpath", self.folder / "data", "--bind_ip", "127.0.0.1", "--port", str(self.database_port)]
        quiet = ["--setParameter", "diagnosticDataCollectionEnabled=false", "--quiet"]
        self.launch([install.mongod(self.home), *where, *quiet], self.database_port)

    @property
    def target(self) -> Target:
        """Return the one collection."""
        return Target("127.0.0.1", self.port, f"/bench/collections/{COLLECTION}/objects/", basic("bench", PASSWORD))

    def versions(self) -> dict[str, str]:
        """Return the pinned versions and mongod's own."""
        said = subprocess.run([install.mongod(self.home), "--version"], capture_output=True, check=True, text=True)
        found = re.search(r"db version v(\S+)", said.stdout)
        pins = install.pinned("medallion", "medallion", "gunicorn", "Flask", "pymongo")
        return pins | {"mongod": found[1] if found else "?"}


_OPENTAXII = """\
domain: "127.0.0.1:{port}"
support_basic_auth: yes
return_server_error_details: no
auth_api:
  class: opentaxii.auth.sqldb.SQLDatabaseAPI
  parameters:
    db_connection: sqlite:///{folder}/auth.db
    create_tables: yes
    secret: benchmark-secret-benchmark-secret-benchmark
taxii1:
taxii2:
  title: bench
  description: bench
  contact: none
  max_content_length: {limit}
  public_discovery: true
  persistence_api:
    class: opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI
    parameters:
      db_connection: sqlite:///{folder}/data.db
      create_tables: yes
logging:
  opentaxii: error
  root: error
"""


class OpenTaxii(Server):
    """OpenTAXII on SQLite under gunicorn; polled with its token, for its Basic costs 100 ms a request."""

    name = "opentaxii"
    accounts = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.home = install.environment("opentaxii")
        self.root = ""
        self.token = ""

    @property
    def _environment(self) -> dict[str, str]:
        return {"OPENTAXII_CONFIG": str(self.folder / "opentaxii.yml")}

    def create(self) -> None:
        """Set up an administrator, an API root and a collection with its own commands."""
        text = _OPENTAXII.format(port=self.port, folder=self.folder.resolve(), limit=BODY_LIMIT)
        (self.folder / "opentaxii.yml").write_text(text)
        said = self._command("create-account", "-u", "bench", "-p", PASSWORD)
        self.token = said.split("token: ")[1].split()[0]
        self._command("update-account", "-u", "bench", "-f", "admin", "-v", "y")
        self._command("add-api-root", "-t", "bench", "--default")
        self.start()
        self.root = self._find_root()
        self.stop()
        self._command("add-collection", "-r", self.root, "-t", "bench", "-a", "bench")

    def _find_root(self) -> str:
        with Connection(self.target, self.patience) as connection:
            answer = connection.exchange(self.target.get(path="/taxii2/"))
            default: str = json.loads(bytes(answer.body))["default"]
        return default.strip("/").rsplit("/", 1)[-1]

    def start(self) -> None:
        """Start gunicorn."""
        bind = ["--bind", f"127.0.0.1:{self.port}", "--workers", str(CORES)]
        command: Command = [self.home / "bin" / "gunicorn", *_GUNICORN, *bind, "opentaxii.http:app"]
        self.launch(command, self.port, self._environment)

    @property
    def target(self) -> Target:
        """Return the one collection, by its alias."""
        path = f"/taxii2/{self.root}/collections/bench/objects/"
        return Target("127.0.0.1", self.port, path, f"Bearer {self.token}")

    def versions(self) -> dict[str, str]:
        """Return the pinned versions."""
        return install.pinned("opentaxii", "opentaxii", "gunicorn", "Flask", "SQLAlchemy", "stix2")

    def _command(self, name: str, *arguments: str) -> str:
        command: Command = [self.home / "bin" / f"opentaxii-{name}", *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, check=False, text=True)
        if done.returncode:
            raise RuntimeError(f"opentaxii-{name}: {done.stderr[-500:]}")
        return done.stdout


_NGINX = """\
daemon off;
master_process on;
worker_processes {cores};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    open_file_cache max=4096 inactive=600s;
    default_type "{media_type}";
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/pages;
    }}
}}
"""


class Nginx(Server):
    """The ruler: serves, without credentials, the same bytes from files."""

    name = "nginx"

    def create(self) -> None:
        """Write the configuration and an empty folder of pages."""
        (self.folder / "pages").mkdir()
        text = _NGINX.format(cores=CORES, folder=self.folder.resolve(), port=self.port, media_type=MEDIA_TYPE)
        (self.folder / "nginx.conf").write_text(text)
        self.put("index.html", b"ready")

    def put(self, name: str, body: bytes) -> None:
        """Add a page."""
        (self.folder / "pages" / name).write_bytes(body)

    def start(self) -> None:
        """Start it in the foreground, with its own configuration alone."""
        command: Command = [
            install.program("nginx"),
            "-p",
            self.folder.resolve(),
            "-c",
            "nginx.conf",
            "-e",
            "error.log",
        ]
        self.launch(command, self.port)

    @property
    def target(self) -> Target:
        """Return its root."""
        return Target("127.0.0.1", self.port, "/")

    def versions(self) -> dict[str, str]:
        """Return what it says of itself."""
        said = subprocess.run([install.program("nginx"), "-v"], capture_output=True, check=True, text=True)
        return {"nginx": said.stderr.strip().rsplit("/", 1)[-1]}
