//! A MongoDB that says what a test wants: enough of the wire protocol for the official driver.
use mongodb::bson::{Document, doc};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

pub(crate) struct Mongod {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

type Answers = Arc<dyn Fn(&str, &Document) -> Document + Send + Sync>;

/// An error as servers send it.
pub(crate) fn refused(code: i32, name: &str, message: &str) -> Document {
    doc! {"ok": 0.0, "code": code, "codeName": name, "errmsg": message}
}

impl Mongod {
    /// Answers hello by itself, and everything else by this function of the command's name.
    pub(crate) fn start(answers: impl Fn(&str, &Document) -> Document + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (answers, asked): (Answers, _) = (Arc::new(answers), Arc::<Mutex<Vec<String>>>::default());
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answers, log) = (Arc::clone(&answers), Arc::clone(&log));
                std::thread::spawn(move || serve(stream, &answers, &log));
            }
        });
        Self { address, asked }
    }

    /// Names of the commands that came.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn number(bytes: &[u8]) -> i32 {
    i32::from_le_bytes(bytes[..4].try_into().unwrap())
}

fn serve(mut stream: TcpStream, answers: &Answers, log: &Mutex<Vec<String>>) -> Option<()> {
    loop {
        let mut header = [0; 16];
        stream.read_exact(&mut header).ok()?;
        let mut body = vec![0; usize::try_from(number(&header)).unwrap() - 16];
        stream.read_exact(&mut body).ok()?;
        let old = number(&header[12..]) == 2004;
        // An old query: flags, a name that ends in NUL, two numbers. A message: flags and the kind of its only section.
        let start = if old { 4 + body[4..].iter().position(|byte| *byte == 0).unwrap() + 1 + 8 } else { 5 };
        let command = Document::from_reader(&body[start..]).unwrap();
        let name = command.keys().next().unwrap().clone();
        log.lock().unwrap().push(name.clone());
        let answer = if ["hello", "isMaster", "ismaster"].contains(&name.as_str()) {
            doc! {"ok": 1.0, "isWritablePrimary": true, "ismaster": true, "helloOk": true, "minWireVersion": 0, "maxWireVersion": 21,
            "maxBsonObjectSize": 16_777_216, "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000}
        } else {
            answers(&name, &command)
        };
        let mut content = Vec::new();
        if old {
            content.extend([0; 4 + 8 + 4]);
            content.extend(1i32.to_le_bytes());
        } else {
            content.extend([0; 4 + 1]);
        }
        answer.to_writer(&mut content).unwrap();
        let mut reply = Vec::new();
        for field in [i32::try_from(content.len()).unwrap() + 16, 1, number(&header[4..]), if old { 1 } else { 2013 }] {
            reply.extend(field.to_le_bytes());
        }
        reply.extend(content);
        stream.write_all(&reply).ok()?;
    }
}
