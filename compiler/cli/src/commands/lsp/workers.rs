//! Threads that work while the main loop listens.

use std::{io, thread};

use crossbeam_channel::{Sender, unbounded};

/// A piece of work.
type Task = Box<dyn FnOnce() + Send>;

/// Stack of a worker: what the compiler needs for the deepest text that it admits, several times.
const STACK_BYTES: usize = 16 << 20;

/// A few threads that take tasks in turn. They end when this is dropped.
pub(super) struct Workers {
    tasks: Sender<Task>,
}

impl Workers {
    /// Starts so many threads of that name.
    pub(super) fn start(name: &str, count: usize) -> io::Result<Self> {
        let (tasks, due) = unbounded::<Task>();
        for _ in 0..count {
            let due = due.clone();
            thread::Builder::new()
                .name(name.to_owned())
                .stack_size(STACK_BYTES)
                .spawn(move || {
                    for task in due {
                        task();
                    }
                })?;
        }
        Ok(Self { tasks })
    }

    /// Gives them a task.
    pub(super) fn give(&self, task: impl FnOnce() + Send + 'static) {
        // They only end after the sender is gone.
        let _ = self.tasks.send(Box::new(task));
    }
}
