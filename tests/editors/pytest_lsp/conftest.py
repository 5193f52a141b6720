"""A session of `tenantry lsp` with a client that shares nothing with it: pygls, by pytest-lsp.

Each test runs with what several editors say that they can show, as they have said it themselves, and
with a client that can show nothing. What the server sends is read by lsprotocol's types, and what the
client did not say that it understands is an error.
"""

import os
import pathlib
import shutil
import sys

import pytest_asyncio
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities, make_test_lsp_client

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from texts import covered, edited, path, position, word  # noqa: E402

ESTATE = pathlib.Path(__file__).parent.parent / "estate"
TENANTRY = pathlib.Path(os.environ.get("TENANTRY", "target/debug/tenantry")).resolve()
CLIENTS = ["nothing", "visual_studio_code", "neovim@0.11", "neovim@0.6", "emacs"]


class Session:
    """A client with the estate open, and the texts of its files as they are by now."""

    def __init__(self, client: LanguageClient, folder: pathlib.Path):
        self.client = client
        self.folder = folder
        self.capabilities = types.ServerCapabilities()
        self.encoding = "utf-16"
        self.texts: dict[str, str] = {}
        self.version = 0
        self.registered: list[types.Registration] = []

        @client.feature(types.CLIENT_REGISTER_CAPABILITY)
        def register(params: types.RegistrationParams):
            self.registered += params.registrations

    def agree(self, answer: types.InitializeResult):
        self.capabilities = answer.capabilities
        if (encoding := answer.capabilities.position_encoding) is not None:
            self.encoding = word(encoding)

    def uri(self, name):
        return (self.folder / name).as_uri()

    def text(self, name):
        return self.texts.get(name) or (self.folder / name).read_text()

    def open(self, name):
        self.texts[name] = self.text(name)
        document = types.TextDocumentItem(self.uri(name), "tenantry-kdl", 0, self.texts[name])
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(document))

    def change(self, name, before, after):
        """Replaces a text that stands once, and sends that range alone."""
        text = self.texts[name]
        assert text.count(before) == 1
        start = text.index(before)
        range_ = types.Range(
            position(text, start, self.encoding),
            position(text, start + len(before), self.encoding),
        )
        change = types.TextDocumentContentChangePartial(text=after, range=range_)
        self.send(name, change, text.replace(before, after))

    def replace(self, name, text):
        self.send(name, types.TextDocumentContentChangeWholeDocument(text=text), text)

    def send(self, name, change, text):
        self.version += 1
        self.texts[name] = text
        document = types.VersionedTextDocumentIdentifier(uri=self.uri(name), version=self.version)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def at(self, name, marked):
        """A document and a position, for parameters: where `|` stands in a text that stands once."""
        text, place = self.text(name), marked.index("|")
        wanted = marked.replace("|", "")
        assert text.count(wanted) == 1, f"`{wanted}` stands {text.count(wanted)} times"
        return {
            "text_document": types.TextDocumentIdentifier(self.uri(name)),
            "position": position(text, text.index(wanted) + place, self.encoding),
        }

    def covered(self, name, range_):
        return covered(self.text(name), range_, self.encoding)

    async def diagnostics(self, name, ready):
        """Those of a file once they are as awaited: asked for if that is offered, told otherwise."""
        uri = self.uri(name)
        if self.capabilities.diagnostic_provider:
            document = types.TextDocumentIdentifier(uri)
            report = await self.client.text_document_diagnostic_async(
                types.DocumentDiagnosticParams(document)
            )
            assert ready(report.items), report
            return list(report.items)
        while not ready(told := self.client.diagnostics.get(uri)):
            await self.client.wait_for_notification("textDocument/publishDiagnostics")
        return list(told)

    def apply(self, edit):
        """Makes a workspace's edit, in the way that was agreed on; returns what was touched."""
        if edit.document_changes is not None:
            workspace = self.client.capabilities.workspace
            assert workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes
            per_file = {it.text_document.uri: it.edits for it in edit.document_changes}
        else:
            per_file = edit.changes
        names = []
        for uri, edits in per_file.items():
            name = str(path(uri).relative_to(self.folder))
            text = edited(self.text(name), edits, self.encoding)
            if name in self.texts:
                self.replace(name, text)
            else:
                (self.folder / name).write_text(text)
                event = types.FileEvent(uri, types.FileChangeType.Changed)
                self.client.workspace_did_change_watched_files(
                    types.DidChangeWatchedFilesParams([event])
                )
            names.append(name)
        return sorted(names)


@pytest_asyncio.fixture(params=CLIENTS)
async def session(request, tmp_path):
    folder = tmp_path / "estate"
    shutil.copytree(ESTATE, folder)
    config = ClientServerConfig(
        server_command=[str(TENANTRY), "lsp"], client_factory=make_test_lsp_client
    )
    client = await config.start()
    capabilities = (
        types.ClientCapabilities()
        if request.param == "nothing"
        else client_capabilities(request.param)
    )
    session = Session(client, folder)
    answer = await client.initialize_session(
        types.InitializeParams(
            capabilities=capabilities,
            workspace_folders=[types.WorkspaceFolder(folder.as_uri(), "estate")],
            root_uri=folder.as_uri(),
        )
    )
    session.agree(answer)
    yield session
    await client.shutdown_session()
    assert client._server.returncode == 0
    await client.stop()
