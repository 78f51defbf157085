//! tap.rs: Test Anything Protocol for the scenario: each case prints one line, a failed one
//! its panic as comments, and the end prints the plan. A case fails by panicking.

use std::fmt::Debug;
use std::sync::Mutex;

use qdrant_client::QdrantError;
use tonic::Code;

static PANIC: Mutex<String> = Mutex::new(String::new());

pub struct Tap {
    count: u32,
    failed: u32,
}

impl Tap {
    pub fn new() -> Self {
        std::panic::set_hook(Box::new(|panic| *PANIC.lock().unwrap() = panic.to_string()));
        Tap { count: 0, failed: 0 }
    }

    pub async fn run(&mut self, name: &str, case: impl Future<Output = ()> + Send + 'static) {
        self.count += 1;
        if tokio::spawn(case).await.is_ok() {
            println!("ok {} - {name}", self.count);
            return;
        }
        self.failed += 1;
        println!("not ok {} - {name}", self.count);
        PANIC.lock().unwrap().lines().for_each(|line| println!("# {line}"));
    }

    /// Prints the plan and ends the program.
    pub fn finish(self) -> ! {
        println!("1..{}", self.count);
        std::process::exit(i32::from(self.failed > 0))
    }
}

/// The call failed with a code and a text that contains a part.
#[track_caller]
pub fn raises<T: Debug>(code: Code, part: &str, outcome: Result<T, QdrantError>) {
    match outcome {
        Err(QdrantError::ResponseError { status }) if status.code() == code && status.message().contains(part) => (),
        other => panic!("found {other:?}, wanted {code:?} {part:?}"),
    }
}
