import Foundation

/// A folder as a disk keeps it: what is safe, and what only the operating system's memory holds yet.
///
/// As strict as POSIX allows: a file's contents are safe once the file was synced, its name once the folder was, and nothing
/// else makes either safe. A sync that fails loses what it was asked to keep for good: the kernel takes the pages for clean,
/// so no later sync writes them.
struct DiskModel: Sendable {
    /// Something that was done to a file and is not safe yet.
    struct Change: Sendable {
        enum Kind: Sendable {
            case write(offset: Int, bytes: [UInt8])
            case truncate(length: Int)
        }

        var kind: Kind
        /// The call that did it.
        var call: Int
        /// Whether the call has returned: a sync only covers what was written before it began.
        var isDone = false
    }

    struct File: Sendable {
        var safe: [UInt8] = []
        var changes: [Change] = []
    }

    /// Something that was done to the folder and is not safe yet.
    enum Naming: Sendable {
        case added(String, file: Int)
        case removed(String)
    }

    private struct Descriptor {
        /// nil for the folder itself.
        var file: Int?
        var position = 0
    }

    let folder: String
    private(set) var files: [File]
    /// The names that are safe.
    private(set) var names: [String: Int]
    private(set) var namings: [Naming] = []
    /// What this model can't do, which happened all the same.
    private(set) var surprises: [String] = []
    private var currentNames: [String: Int]
    private var descriptors: [Int: Descriptor] = [:]
    /// What each sync that is under way covers: changes by their call, or a number of namings.
    private var syncs: [Int: (calls: Set<Int>, namings: Int)] = [:]

    /// A folder with these files, all of them safe.
    init(folder: String, contents: [String: [UInt8]] = [:]) {
        self.folder = folder
        let sorted = contents.sorted { $0.key < $1.key }
        files = sorted.map { File(safe: $0.value) }
        names = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1.key, $0) })
        currentNames = names
    }

    /// Whether the call concerns this folder.
    func concerns(_ call: SystemCall) -> Bool {
        switch call.name {
        case "pwrite64", "write", "fdatasync", "fsync", "ftruncate":
            call.number(0).map { descriptors[$0] != nil } ?? false
        case "openat": name(call.text(1)) != nil
        case "unlink", "link", "rename": name(call.text(0)) != nil
        default: false
        }
    }

    /// The call has begun.
    mutating func enter(_ call: SystemCall, _ number: Int) {
        switch call.name {
        case "close":
            call.number(0).map { descriptors[$0] = nil }
        case "pwrite64":
            guard let file = file(call), let bytes = call.bytes(1), let offset = call.number(3) else { return }
            files[file].changes.append(Change(kind: .write(offset: offset, bytes: bytes), call: number))
        case "write":
            guard let file = file(call), let bytes = call.bytes(1), let descriptor = call.number(0) else { return }
            let offset = descriptors[descriptor]?.position ?? 0
            descriptors[descriptor]?.position += bytes.count
            files[file].changes.append(Change(kind: .write(offset: offset, bytes: bytes), call: number))
        case "ftruncate":
            guard let file = file(call), let length = call.number(1) else { return }
            files[file].changes.append(Change(kind: .truncate(length: length), call: number))
        case "fdatasync", "fsync":
            guard let descriptor = call.number(0).flatMap({ descriptors[$0] }) else { return }
            let done = descriptor.file.map { files[$0].changes.filter(\.isDone).map(\.call) } ?? []
            syncs[number] = (Set(done), namings.count)
        case "unlink":
            guard let name = name(call.text(0)) else { return }
            currentNames[name] = nil
            namings.append(.removed(name))
        case "link", "rename":
            guard let old = name(call.text(0)), let new = name(call.text(1)), let file = currentNames[old] else {
                return
            }
            guard call.name == "rename" || currentNames[new] == nil else { return }
            add(new, file)
            guard call.name == "rename" else { return }
            currentNames[old] = nil
            namings.append(.removed(old))
        case "mmap":
            guard file(call, at: 4) != nil, call.symbol(2).contains("PROT_WRITE") else { return }
            surprises.append("a file of the journal is mapped for writing")
        case "pwritev", "pwritev2", "fallocate", "sync_file_range", "dup", "dup2", "dup3", "copy_file_range", "writev":
            guard file(call) != nil else { return }
            surprises.append("\(call.name) of a file of the journal")
        default: break
        }
    }

    /// The call has returned.
    mutating func leave(_ call: SystemCall, _ number: Int) {
        let result = call.result ?? -1
        switch call.name {
        case "openat":
            guard result >= 0 else { return }
            descriptors[result] = nil
            if call.text(1) == folder { descriptors[result] = Descriptor() }
            guard let name = name(call.text(1)) else { return }
            if currentNames[name] == nil {
                files.append(File())
                add(name, files.count - 1)
            }
            guard let file = currentNames[name] else { return }
            descriptors[result] = Descriptor(file: file)
            if call.symbol(2).contains("O_TRUNC") { surprises.append("\(name) is emptied at its opening") }
        case "pwrite64", "write", "ftruncate":
            guard let file = file(call) else { return }
            finish(call, number, file)
        case "fdatasync", "fsync":
            guard let descriptor = call.number(0).flatMap({ descriptors[$0] }),
                let covered = syncs.removeValue(forKey: number)
            else { return }
            if let file = descriptor.file {
                sync(file, covered.calls, isKept: result == 0)
            } else if result == 0 {
                for naming in namings.prefix(covered.namings) { naming.apply(to: &names) }
                namings.removeFirst(covered.namings)
            }
        default: break
        }
    }

    /// A write that wrote less than it was given, or nothing, changed that much.
    private mutating func finish(_ call: SystemCall, _ number: Int, _ file: Int) {
        guard let place = files[file].changes.lastIndex(where: { $0.call == number }) else { return }
        let result = call.result ?? -1
        guard result >= 0 else {
            files[file].changes.remove(at: place)
            return
        }
        files[file].changes[place].isDone = true
        if case .write(let offset, let bytes) = files[file].changes[place].kind, result < bytes.count {
            files[file].changes[place].kind = .write(offset: offset, bytes: Array(bytes.prefix(result)))
        }
    }

    private mutating func sync(_ file: Int, _ covered: Set<Int>, isKept: Bool) {
        var left: [Change] = []
        for change in files[file].changes {
            if !covered.contains(change.call) {
                left.append(change)
            } else if isKept {
                change.kind.apply(to: &files[file].safe)
            }
        }
        files[file].changes = left
    }

    private mutating func add(_ name: String, _ file: Int) {
        currentNames[name] = file
        namings.append(.added(name, file: file))
    }

    private func file(_ call: SystemCall, at place: Int = 0) -> Int? {
        call.number(place).flatMap { descriptors[$0]?.file }
    }

    /// The name within the folder; nil for what is elsewhere, and for what is no part of what must last.
    private func name(_ path: String?) -> String? {
        guard let path, path.hasPrefix(folder + "/") else { return nil }
        let name = String(path.dropFirst(folder.utf8.count + 1))
        return name.hasSuffix("-shm") || name.hasSuffix(".lock") || name.hasSuffix(".log") ? nil : name
    }
}

extension DiskModel.Naming {
    func apply(to names: inout [String: Int]) {
        switch self {
        case .added(let name, let file): names[name] = file
        case .removed(let name): names[name] = nil
        }
    }
}

extension DiskModel.Change.Kind {
    func apply(to bytes: inout [UInt8]) {
        switch self {
        case .write(let offset, let written):
            let end = offset + written.count
            if bytes.count < end { bytes.append(contentsOf: repeatElement(0, count: end - bytes.count)) }
            bytes.replaceSubrange(offset..<end, with: written)
        case .truncate(let length):
            if bytes.count > length {
                bytes.removeLast(bytes.count - length)
            } else {
                bytes.append(contentsOf: repeatElement(0, count: length - bytes.count))
            }
        }
    }

    /// The change in pieces that a disk writes whole or not at all.
    var sectors: [Self] {
        guard case .write(let offset, let bytes) = self else { return [self] }
        var pieces: [Self] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + 512 - (offset + start) % 512)
            pieces.append(.write(offset: offset + start, bytes: Array(bytes[start..<end])))
            start = end
        }
        return pieces
    }
}
