//! `textDocument/prepareCallHierarchy` and the two requests that follow it.

use lsp_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyIncomingCallsRequest,
    CallHierarchyItem, CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams,
    CallHierarchyOutgoingCallsRequest, CallHierarchyPrepareParams, CallHierarchyPrepareRequest,
};
use tenantry_ide::calls::{self, Item};

use super::{Answer, document_symbol::kind};
use crate::{convert::Converter, session::Context};

pub(super) fn prepare(
    contexts: &[Context],
    params: CallHierarchyPrepareParams,
) -> Answer<CallHierarchyPrepareRequest> {
    let found = contexts.first().and_then(|context| {
        let at = &params.text_document_position_params;
        let path = context.path(&at.text_document.uri)?;
        let converter = context.converter();
        let offset = converter.offset(&path, at.position)?;
        let item = calls::prepare(&context.snapshot, &path, offset)?;
        Some(vec![shown(&converter, &item)])
    });
    Ok(found)
}

pub(super) fn incoming(
    contexts: &[Context],
    params: CallHierarchyIncomingCallsParams,
) -> Answer<CallHierarchyIncomingCallsRequest> {
    let found = contexts.first().zip(path_of(&params.item));
    Ok(found.map(|(context, path)| {
        let converter = context.converter();
        let calls = calls::incoming(&context.snapshot, path).into_iter();
        let call = |call: calls::Call| {
            let file = &call.item.name.path;
            let said = call.said.iter();
            CallHierarchyIncomingCall {
                from_ranges: said.map(|range| converter.range(file, range)).collect(),
                from: shown(&converter, &call.item),
            }
        };
        calls.map(call).collect()
    }))
}

pub(super) fn outgoing(
    contexts: &[Context],
    params: CallHierarchyOutgoingCallsParams,
) -> Answer<CallHierarchyOutgoingCallsRequest> {
    let found = contexts.first().zip(path_of(&params.item));
    Ok(found.and_then(|(context, path)| {
        let converter = context.converter();
        let file = context.path(&params.item.uri)?;
        let calls = calls::outgoing(&context.snapshot, path).into_iter();
        let call = |call: calls::Call| {
            let said = call.said.iter();
            CallHierarchyOutgoingCall {
                from_ranges: said.map(|range| converter.range(&file, range)).collect(),
                to: shown(&converter, &call.item),
            }
        };
        Some(calls.map(call).collect())
    }))
}

/// An item as clients show it; its path goes with it and comes back.
fn shown(converter: &Converter<'_>, item: &Item) -> CallHierarchyItem {
    let file = &item.name.path;
    CallHierarchyItem::new(
        item.path.to_string(),
        kind(item.sort),
        None,
        Some(item.sort.to_owned()),
        converter.uri(file),
        converter.range(file, &item.whole),
        converter.range(file, &item.name.range),
        Some(item.path.to_string().into()),
    )
}

fn path_of(item: &CallHierarchyItem) -> Option<&str> {
    item.data.as_ref()?.as_str()
}
