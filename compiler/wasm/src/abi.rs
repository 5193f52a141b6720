//! The border of the module: four functions that pass texts in and out of its memory.
//!
//! A caller asks for `tenantry_room(bytes)`, writes a request there, calls `tenantry_ask()`, which
//! says how many bytes the answer has, and reads them at `tenantry_answer()`. After a trap it may
//! still read what the panic said, at `tenantry_last_words()`, and then throws the module away.
//!
//! No generator of bindings is needed for that, and nothing here follows a pointer: the caller
//! writes within a buffer that is there, and all else is safe code.
#![expect(
    unsafe_code,
    reason = "to export a name is to promise that no other library exports it; these begin with ours"
)]

use std::{
    panic::{self, PanicHookInfo},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::Session;

/// What lies at the border.
struct Border {
    request: Vec<u8>,
    answer: String,
    session: Option<Session>,
}

static BORDER: Mutex<Border> = Mutex::new(Border {
    request: Vec::new(),
    answer: String::new(),
    session: None,
});

/// Apart from the rest, which a panic leaves locked.
static LAST_WORDS: Mutex<String> = Mutex::new(String::new());

fn hold<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes room for a request of so many bytes, and says where.
#[unsafe(no_mangle)]
pub extern "C" fn tenantry_room(bytes: usize) -> *mut u8 {
    let mut border = hold(&BORDER);
    border.request.clear();
    border.request.resize(bytes, 0);
    border.request.as_mut_ptr()
}

/// Answers the request, and says how many bytes the answer has.
#[unsafe(no_mangle)]
pub extern "C" fn tenantry_ask() -> usize {
    let mut border = hold(&BORDER);
    let border = &mut *border;
    let session = border.session.get_or_insert_with(|| {
        panic::set_hook(Box::new(own_up));
        Session::default()
    });
    border.answer = session.ask(&border.request);
    border.answer.len()
}

/// Where the answer begins.
#[unsafe(no_mangle)]
pub extern "C" fn tenantry_answer() -> *const u8 {
    hold(&BORDER).answer.as_ptr()
}

/// What the panic said that ended the module: where that begins. It ends with a zero.
#[unsafe(no_mangle)]
pub extern "C" fn tenantry_last_words() -> *const u8 {
    let words = hold(&LAST_WORDS);
    if words.is_empty() {
        c"".as_ptr().cast()
    } else {
        words.as_ptr()
    }
}

fn own_up(bug: &PanicHookInfo<'_>) {
    let place = bug.location().map(|at| format!(" at {at}"));
    let words = bug.payload_as_str().unwrap_or("no message");
    *hold(&LAST_WORDS) = format!("{words}{}\0", place.unwrap_or_default());
}
