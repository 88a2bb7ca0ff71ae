import Foundation

/// Bytes as text, whatever they are.
enum ReadableBytes {
    /// The text where the bytes are UTF-8; else that with every byte that belongs to no character as `\xNN`.
    static func text(of data: Data) -> String {
        if let text = String(validating: data, as: UTF8.self) { return text }
        let bytes = [UInt8](data)
        var text = ""
        var index = 0
        while index < bytes.count {
            let end = index + length(ofCharacterLedBy: bytes[index])
            if end <= bytes.count, let character = String(validating: bytes[index..<end], as: UTF8.self) {
                text += character
                index = end
            } else {
                let digits = String(bytes[index], radix: 16, uppercase: true)
                text += "\\x" + (digits.count == 1 ? "0" : "") + digits
                index += 1
            }
        }
        return text
    }

    private static func length(ofCharacterLedBy byte: UInt8) -> Int {
        switch byte {
        case 0xC0...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF7: 4
        default: 1
        }
    }
}
