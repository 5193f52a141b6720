"""From opening a file with a mistake to mending it, renaming in it, and leaving."""

import pytest
from lsprotocol import types
from texts import word

BETA = "tenants/beta.kdl"
ESTATE = "tenantry.kdl"

pytestmark = pytest.mark.asyncio


async def opened(session):
    session.open(BETA)
    return await session.diagnostics(BETA, ready=lambda told: told)


async def sound(session):
    """The estate after its mistake was mended by hand."""
    await opened(session)
    session.change(BETA, "replica 2", "replicas 2")
    await session.diagnostics(BETA, ready=lambda told: not told)


async def test_the_encoding_is_one_that_the_client_has(session):
    general = session.client.capabilities.general
    offered = [word(it) for it in (general and general.position_encodings) or ["utf-16"]]
    assert session.encoding in offered
    assert session.encoding == ("utf-8" if "utf-8" in offered else "utf-16")


async def test_a_mistake_is_marked_and_no_more_once_it_is_mended(session):
    (mistake,) = await opened(session)
    assert mistake.severity == types.DiagnosticSeverity.Error
    assert (mistake.source, mistake.code) == ("tenantry", "unknown-kind")
    assert session.covered(BETA, mistake.range) == "replica"
    assert mistake.message.startswith("`replica` is not a kind that `workload` can hold")
    session.change(BETA, "replica 2", "replicas 2")
    assert await session.diagnostics(BETA, ready=lambda told: not told) == []


async def test_files_are_watched_by_those_who_can(session):
    await sound(session)
    workspace = session.client.capabilities.workspace
    watched = workspace and workspace.did_change_watched_files
    registered = [it.method for it in session.registered]
    wanted = ["workspace/didChangeWatchedFiles"] if watched and watched.dynamic_registration else []
    assert registered == wanted


async def test_a_mistake_in_another_file_is_told_there(session):
    await sound(session)
    session.open(ESTATE)
    session.change(ESTATE, "offer http to=beta", "offer http to=gamma")
    (mistake,) = await session.diagnostics(ESTATE, ready=lambda told: told)
    assert session.covered(ESTATE, mistake.range) == "gamma"


async def test_completion_of_an_unfinished_line(session):
    await sound(session)
    session.change(BETA, "        cpu", "        repl\n        cpu")
    session.change(BETA, "replicas 2", "")
    found = await session.client.text_document_completion_async(
        types.CompletionParams(**session.at(BETA, "repl|"))
    )
    (item,) = [it for it in found.items if it.label == "replicas"]
    assert session.covered(BETA, item.text_edit.range) == "repl"
    assert item.text_edit.new_text.startswith("replicas")
    whole = await session.client.completion_item_resolve_async(item)
    told = whole.documentation
    assert "replicas" in (told if isinstance(told, str) else told.value).lower()


async def test_completion_of_a_name(session):
    await sound(session)
    session.change(BETA, "demo.hello", "demo.")
    found = await session.client.text_document_completion_async(
        types.CompletionParams(**session.at(BETA, "demo.|"))
    )
    assert "demo.hello" in [it.text_edit.new_text for it in found.items]


async def test_hover_tells_of_a_kind(session):
    await sound(session)
    hover = await session.client.text_document_hover_async(
        types.HoverParams(**session.at(BETA, 'mem|ory "128MiB"'))
    )
    assert session.covered(BETA, hover.range) == "memory"
    assert "memory SIZE" in hover.contents.value
    assert ("```kdl" in hover.contents.value) == (hover.contents.kind == types.MarkupKind.Markdown)


async def test_definition_and_references_cross_files(session):
    await sound(session)
    place = session.at(BETA, "demo.hel|lo")
    found = await session.client.text_document_definition_async(types.DefinitionParams(**place))
    (found,) = found if isinstance(found, (list, tuple)) else [found]
    uri = found.target_uri if isinstance(found, types.LocationLink) else found.uri
    range_ = (
        found.target_selection_range if isinstance(found, types.LocationLink) else found.range
    )
    assert uri == session.uri(ESTATE)
    assert session.covered(ESTATE, range_) == "hello"
    context = types.ReferenceContext(include_declaration=True)
    found = await session.client.text_document_references_async(
        types.ReferenceParams(**place, context=context)
    )
    assert [it.uri for it in found] == [session.uri(ESTATE)] * 2 + [session.uri(BETA)]


async def test_renaming_keeps_the_estate_sound(session):
    await sound(session)
    place = session.at(BETA, "demo.hel|lo")
    prepared = await session.client.text_document_prepare_rename_async(
        types.PrepareRenameParams(**place)
    )
    range_ = getattr(prepared, "range", prepared)
    assert session.covered(BETA, range_) == "hello"
    edit = await session.client.text_document_rename_async(
        types.RenameParams(**place, new_name="greeter")
    )
    assert session.apply(edit) == [ESTATE, BETA]
    assert "connect demo.greeter port=http" in session.text(BETA)
    assert "workload greeter {" in session.text(ESTATE)
    assert await session.diagnostics(BETA, ready=lambda told: not told) == []


async def test_a_name_that_is_taken_is_refused(session):
    await sound(session)
    with pytest.raises(Exception, match="legacy"):
        await session.client.text_document_rename_async(
            types.RenameParams(**session.at(BETA, "demo.hel|lo"), new_name="legacy")
        )


async def test_the_mend_of_a_mistake(session):
    (mistake,) = await opened(session)
    document = types.TextDocumentIdentifier(session.uri(BETA))
    context = types.CodeActionContext(diagnostics=[mistake])
    actions = await session.client.text_document_code_action_async(
        types.CodeActionParams(document, mistake.range, context)
    )
    (mend,) = [it for it in actions if it.title == "write `replicas`"]
    if mend.edit is None:
        mend = await session.client.code_action_resolve_async(mend)
    assert session.apply(mend.edit) == [BETA]
    assert "/* 😀 */ replicas 2" in session.text(BETA)
    assert await session.diagnostics(BETA, ready=lambda told: not told) == []


async def test_formatting_after_a_character_of_two_units(session):
    await sound(session)
    session.change(BETA, "/* 😀 */ replicas 2", "/* 😀 */   replicas   2")
    document = types.TextDocumentIdentifier(session.uri(BETA))
    edits = await session.client.text_document_formatting_async(
        types.DocumentFormattingParams(document, types.FormattingOptions(4, True))
    )
    session.apply(types.WorkspaceEdit(changes={session.uri(BETA): edits}))
    assert "\n        /* 😀 */ replicas 2\n" in session.text(BETA)


async def test_colours_symbols_folds_hints_and_lenses(session):
    await sound(session)
    client, document = session.client, types.TextDocumentIdentifier(session.uri(BETA))
    legend = session.capabilities.semantic_tokens_provider.legend
    tokens = await client.text_document_semantic_tokens_full_async(
        types.SemanticTokensParams(document)
    )
    assert tokens.data and len(tokens.data) % 5 == 0
    assert all(sort < len(legend.token_types) for sort in tokens.data[3::5])
    symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
    assert "beta" in [it.name for it in symbols]
    folds = await client.text_document_folding_range_async(types.FoldingRangeParams(document))
    assert (1, 9) in [(it.start_line, it.end_line) for it in folds]
    whole = types.Range(types.Position(0, 0), types.Position(11, 0))
    await client.text_document_inlay_hint_async(types.InlayHintParams(document, whole))
    lenses = await client.text_document_code_lens_async(types.CodeLensParams(document))
    told = [await client.code_lens_resolve_async(it) for it in lenses]
    assert told and all(it.command and it.command.title for it in told)


async def test_whom_a_workload_calls(session):
    await sound(session)
    client = session.client
    (item,) = await client.text_document_prepare_call_hierarchy_async(
        types.CallHierarchyPrepareParams(**session.at(BETA, "workload we|b"))
    )
    outgoing = await client.call_hierarchy_outgoing_calls_async(
        types.CallHierarchyOutgoingCallsParams(item)
    )
    assert [it.to.uri for it in outgoing] == [session.uri(ESTATE)]


async def test_what_is_emitted_is_shown(session):
    await sound(session)
    place = session.at(BETA, "workload we|b")
    position = {"line": place["position"].line, "character": place["position"].character}
    shown = await session.client.workspace_execute_command_async(
        types.ExecuteCommandParams(
            "tenantry.showArtifact", [{"uri": session.uri(BETA), "position": position}]
        )
    )
    assert shown


async def test_what_is_unknown_is_refused_and_the_session_goes_on(session):
    await sound(session)
    with pytest.raises(Exception, match="not served"):
        await session.client.protocol.send_request_async("textDocument/unheardOf", {})
    hover = await session.client.text_document_hover_async(
        types.HoverParams(**session.at(BETA, "ten|ant beta"))
    )
    assert hover is not None
