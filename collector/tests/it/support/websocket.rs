//! The server's end of the ways into a pod: commands and forwarded ports, as kubelets speak them over websockets.
use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Empty, combinators::BoxBody};
use hyper::{Request, Response, body::Incoming, upgrade::Upgraded};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{io, net::SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, handshake::derive_accept_key, protocol::Role},
};

pub(crate) type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// Answers that the protocol changes, and goes on with the socket.
pub(crate) fn upgrade<F>(
    request: &mut Request<Incoming>,
    then: impl FnOnce(Socket) -> F + Send + 'static,
) -> Response<BoxBody<Bytes, io::Error>>
where
    F: Future<Output = ()> + Send,
{
    let key = derive_accept_key(request.headers()["sec-websocket-key"].as_bytes());
    let upgrading = hyper::upgrade::on(request);
    tokio::spawn(async move {
        let stream = TokioIo::new(upgrading.await.unwrap());
        then(WebSocketStream::from_raw_socket(stream, Role::Server, None).await).await;
    });
    let response = Response::builder().status(101).header("upgrade", "websocket").header("connection", "Upgrade");
    let response = response.header("sec-websocket-accept", key).header("sec-websocket-protocol", "v4.channel.k8s.io");
    response.body(Empty::new().map_err(|never| match never {}).boxed()).unwrap()
}

fn on_channel(channel: u8, content: &[u8]) -> Message {
    Message::Binary([&[channel], content].concat().into())
}

/// A command that says this on its stdout.
pub(crate) async fn exec(mut socket: Socket, output: String, status: Value) {
    socket.send(on_channel(1, output.as_bytes())).await.unwrap();
    socket.send(on_channel(3, status.to_string().as_bytes())).await.unwrap();
    let _ = socket.close(None).await;
}

/// A port that leads to this address.
pub(crate) async fn forward(mut socket: Socket, to: SocketAddr, port: u16) {
    for channel in [0, 1] {
        socket.send(on_channel(channel, &port.to_le_bytes())).await.unwrap();
    }
    let mut stream = tokio::net::TcpStream::connect(to).await.unwrap();
    let mut piece = vec![0; 64 << 10];
    loop {
        tokio::select! {
            read = stream.read(&mut piece) => match read {
                Ok(0) | Err(_) => break,
                Ok(count) => if socket.send(on_channel(0, &piece[..count])).await.is_err() { break },
            },
            message = socket.next() => match message {
                Some(Ok(Message::Binary(bytes))) if bytes.first() == Some(&0) => stream.write_all(&bytes[1..]).await.unwrap(),
                Some(Ok(_)) => {}
                _ => break,
            },
        }
    }
}
