import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A server on loopback that answers what the test says, byte for byte, and remembers what it was asked.
///
/// It speaks over plain sockets, so that it can do what no HTTP library would: drop a connection before the answer, break
/// off in the middle of one, or never answer.
package final class ScriptedServer: Sendable {
    package struct Received: Sendable {
        package var method: String
        /// Path and query as they came over the wire.
        package var target: String
        /// By lower-case name.
        package var headers: [String: String]
        package var body: String
    }

    package enum Reply: Sendable {
        case answer(Int, headers: [String: String] = [:], body: String = "")
        /// Closes the connection instead of answering.
        case drop
        /// Announces a longer body than it sends, then closes.
        case cutOff(Int)
        /// Begins an answer, and keeps the connection open without ever ending it.
        case stall(Int)
        /// Keeps the connection open and says nothing.
        case hang
    }

    /// What to answer.
    package struct Script: Sendable {
        package let reply: @Sendable (_ request: Received, _ number: Int) -> Reply

        /// The same to every request.
        package static func always(_ reply: Reply) -> Script {
            Script { _, _ in reply }
        }

        /// What the closure says of a request and its number, from 0.
        package static func by(_ reply: @escaping @Sendable (_ request: Received, _ number: Int) -> Reply) -> Script {
            Script(reply: reply)
        }
    }

    package let port: UInt16
    private let listener: Int32
    private let isListening: Bool
    private let connections = Mutex<[Int32]>([])
    private let received = Mutex<[Received]>([])
    private let accepted = Mutex(0)
    private let script: Script

    package var baseURL: String { "http://127.0.0.1:\(port)" }
    package var requests: [Received] { received.withLock { $0 } }
    /// How many connections there were.
    package var connectionCount: Int { accepted.withLock { $0 } }

    /// Takes a free port, and listens there unless it is to refuse every connection.
    package init(_ script: Script, isListening: Bool = true) throws {
        self.script = script
        self.isListening = isListening
        listener = socket(AF_INET, Self.stream, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(descriptor, generic, length) == 0 else { return Int32(-1) }
                guard !isListening || listen(descriptor, 64) == 0 else { return Int32(-1) }
                return getsockname(descriptor, generic, &length)
            }
        }
        guard status == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        if isListening { Thread.detachNewThread { self.accept() } }
    }

    /// Accepts nothing more and ends every connection.
    ///
    /// The listener's descriptor is closed by the thread that accepts on it: it may not have come to that yet, and would then
    /// accept on whatever socket was given the same number.
    package func stop() {
        _ = shutdown(listener, Int32(SHUT_RDWR))
        if !isListening { close(listener) }
        connections.withLock { open in
            for connection in open { _ = shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    private static var stream: Int32 {
        #if canImport(Glibc)
        Int32(SOCK_STREAM.rawValue)
        #else
        SOCK_STREAM
        #endif
    }

    private static func beginning(_ status: Int) -> String {
        "HTTP/1.1 \(status) Scripted\r\nContent-Length: 1000\r\n\r\n{\"id\":"
    }

    private func accept() {
        defer { close(listener) }
        while true {
            #if canImport(Glibc)
            let connection = Glibc.accept(listener, nil, nil)
            #else
            let connection = Darwin.accept(listener, nil, nil)
            #endif
            guard connection >= 0 else { return }
            connections.withLock { $0.append(connection) }
            accepted.withLock { $0 += 1 }
            Thread.detachNewThread {
                self.serve(connection)
                self.connections.withLock { $0.removeAll { $0 == connection } }
                close(connection)
            }
        }
    }

    private func serve(_ connection: Int32) {
        var buffer: [UInt8] = []
        while let request = read(connection, &buffer) {
            let number = received.withLock { all in
                all.append(request)
                return all.count - 1
            }
            switch script.reply(request, number) {
            case .answer(let status, let headers, let body):
                var head = "HTTP/1.1 \(status) Scripted\r\n"
                for (name, value) in headers { head += "\(name): \(value)\r\n" }
                // A 204 must not announce a body.
                if status != 204 { head += "Content-Length: \(body.utf8.count)\r\n" }
                send(connection, head + "\r\n" + body)
            case .drop: return
            case .cutOff(let status):
                send(connection, Self.beginning(status))
                return
            case .stall(let status):
                send(connection, Self.beginning(status))
                while receive(connection, &buffer) {}
            case .hang: while receive(connection, &buffer) {}
            }
        }
    }

    private func read(_ connection: Int32, _ buffer: inout [UInt8]) -> Received? {
        let end = Array("\r\n\r\n".utf8)
        while buffer.firstRange(of: end) == nil {
            guard receive(connection, &buffer) else { return nil }
        }
        guard let split = buffer.firstRange(of: end) else { return nil }
        let lines = String(decoding: buffer[..<split.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let parts = lines[0].components(separatedBy: " ")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces
            )
        }
        buffer.removeSubrange(..<split.upperBound)
        let length = headers["content-length"].flatMap(Int.init) ?? 0
        while buffer.count < length {
            guard receive(connection, &buffer) else { return nil }
        }
        let body = String(decoding: buffer.prefix(length), as: UTF8.self)
        buffer.removeFirst(length)
        return Received(method: parts[0], target: parts[1], headers: headers, body: body)
    }

    private func receive(_ connection: Int32, _ buffer: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(connection, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }

    private func send(_ connection: Int32, _ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { bytes in
                #if canImport(Glibc)
                Glibc.send(connection, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
                #else
                Darwin.send(connection, bytes.baseAddress, bytes.count, 0)
                #endif
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
