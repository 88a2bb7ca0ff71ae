import CSQLiteShim
import Foundation
import GRDB

/// Old copies in the file: what SQLite leaves in the unused part of a page when it moves rows to another one.
///
/// `secure_delete` overwrites what is deleted, but not what is moved: when a page is split, half of its rows go to the new one,
/// and their bytes stay in the gap of the old.
enum PageTraces {
    /// Where bytes stand that belong to no row: between the pointers and the first cell, and in the list of free blocks.
    ///
    /// Of a page that is no page of a tree all is looked at: a page of a long row may have a tail from an earlier use.
    static func unusedRanges(of page: UnsafeRawBufferPointer, isFirst: Bool) -> [Range<Int>] {
        let header = isFirst ? 100 : 0
        guard page.count >= header + 12, [2, 5, 10, 13].contains(page[header]) else { return [0..<page.count] }
        let pointers = header + ([2, 5].contains(page[header]) ? 12 : 8)
        let gapStart = pointers + 2 * number(page, at: header + 3)
        let contentStart = number(page, at: header + 5)
        let gapEnd = contentStart == 0 ? 65_536 : contentStart
        guard gapStart <= gapEnd, gapEnd <= page.count else { return [0..<page.count] }
        var ranges = [gapStart..<gapEnd]
        var block = number(page, at: header + 1)
        while block >= gapEnd, block + 4 <= page.count {
            ranges.append(block..<min(page.count, block + max(4, number(page, at: block + 2))))
            let next = number(page, at: block)
            guard next > block else { break }
            block = next
        }
        return ranges
    }

    private static func number(_ page: UnsafeRawBufferPointer, at place: Int) -> Int {
        Int(page[place]) << 8 | Int(page[place + 1])
    }

    /// Looks through some pages of the file as it is on disk.
    ///
    /// - Returns: Whether one of them has a copy of a name in its unused part.
    static func areIn(_ pages: Range<Int64>, pageSize: Int, _ mention: PersonMention, _ db: Database) throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: pageSize)
        for page in pages {
            let code = buffer.withUnsafeMutableBytes { buffer in
                leadrelay_sqlite_read_file(
                    UnsafeMutableRawPointer(db.sqliteConnection),
                    buffer.baseAddress,
                    Int32(pageSize),
                    page * Int64(pageSize)
                )
            }
            guard code == 0 else { throw JournalError.database("the file can't be read at page \(page + 1)") }
            let isFound = buffer.withUnsafeBytes { bytes in
                unusedRanges(of: bytes, isFirst: page == 0).contains { range in
                    mention.isIn(UnsafeRawBufferPointer(rebasing: bytes[range]))
                }
            }
            if isFound { return true }
        }
        return false
    }
}

extension JournalReader {
    /// The size of the file on disk, and of its pages.
    func fileSize() async throws(JournalError) -> (bytes: Int64, pageSize: Int) {
        try await read { db in
            let bytes = leadrelay_sqlite_file_size(UnsafeMutableRawPointer(db.sqliteConnection))
            let pageSize = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
            guard bytes >= 0, pageSize > 0 else { throw JournalError.database("the file's size can't be told") }
            return (bytes, pageSize)
        }
    }

    /// Whether the file has old copies of a name, looked for a few pages at a time.
    func hasTraces(of mention: PersonMention) async throws(JournalError) -> Bool {
        let (bytes, pageSize) = try await fileSize()
        let count = bytes / Int64(pageSize)
        var page: Int64 = 0
        while page < count {
            let pages = page..<min(count, page + 512)
            if try await read({ try PageTraces.areIn(pages, pageSize: pageSize, mention, $0) }) { return true }
            page = pages.upperBound
        }
        return false
    }
}

extension EventJournal {
    /// Moves everything from the write-ahead log into the file and empties the log.
    ///
    /// - Returns: Whether nobody read an older snapshot, which would keep the log from being emptied.
    func emptyLog() async throws(JournalError) -> Bool {
        try await writeAlone { db in try Self.emptyLog(db) }
    }

    /// Writes the whole file anew, without anything that is not in a row.
    func rewriteFile() async throws(JournalError) -> Bool {
        try await writeAlone { db in
            // A large file does not fit into memory.
            try db.execute(sql: "PRAGMA temp_store = FILE")
            defer { try? db.execute(sql: "PRAGMA temp_store = MEMORY") }
            try db.execute(sql: "VACUUM")
            return try Self.emptyLog(db)
        }
    }

    private static func emptyLog(_ db: Database) throws -> Bool {
        try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)").map { $0[0] == 0 } ?? false
    }
}
