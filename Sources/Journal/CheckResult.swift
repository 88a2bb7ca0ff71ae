/// Something that a check found wrong, by the row that shows it.
package struct CheckFault: Hashable, Codable, Sendable {
    package var table: String
    /// The row's id; nil where the fault is about no single row.
    package var row: Int64?
    /// What is wrong with it, to be read after the row's name.
    package var sentence: String
}

extension CheckFault: CustomStringConvertible {
    package var description: String { "\(table)\(row.map { " \($0)" } ?? ""): \(sentence)" }
}

/// The faults that a check names: the first hundred of them, and how many there are.
struct CheckFaults: Hashable, Sendable {
    private(set) var named: [CheckFault] = []
    private(set) var count = 0

    mutating func add(_ fault: CheckFault) {
        count += 1
        if named.count < 100 { named.append(fault) }
    }
}

/// What one check of the journal found.
package struct CheckResult: Hashable, Codable, Sendable {
    package enum Verdict: String, Codable, Sendable {
        case ok
        /// Somebody should know, but nothing is wrong with the data.
        case warning
        case failed
    }

    /// The check's name, such as `invariant2`, the same in every run.
    package var check: String
    package var verdict: Verdict
    /// What is so, in one sentence.
    package var finding: String
    /// The first hundred rows that show it.
    package var faults: [CheckFault]
    /// How many there are.
    package var faultCount: Int

    init(_ check: String, _ verdict: Verdict, _ finding: String) {
        self.check = check
        self.verdict = verdict
        self.finding = finding
        faults = []
        faultCount = 0
    }

    /// Fails where there are faults.
    init(_ check: String, faults: CheckFaults, holds: String, broken: String) {
        self.check = check
        verdict = faults.count == 0 ? .ok : .failed
        finding = faults.count == 0 ? holds : broken
        self.faults = faults.named
        faultCount = faults.count
    }
}
