import Foundation
import TestSupport

/// A moment at which the power fails, and the files that are found afterwards.
struct PowerCut: Sendable {
    /// What becomes of that which was not safe yet.
    enum Survival: CaseIterable, Sendable {
        case nothing
        /// As if only the process had died.
        case everything
        /// Of each file the first changes, the last of them in part.
        case beginning
        /// Some changes, whatever their order.
        case changes
        /// Some sectors of some changes.
        case sectors
    }

    var event: Int
    var survival: Survival
    var files: [String: [UInt8]]
    /// Whether the database file has changes that are not safe: a checkpoint was under way.
    var isInCheckpoint: Bool

    /// Puts the files into a folder.
    func restore(into folder: TemporaryDirectory) throws {
        for (name, bytes) in files {
            try Data(bytes).write(to: folder.url.appendingPathComponent(name))
        }
    }
}

extension DiskModel {
    /// The files as a power cut at this moment leaves them.
    func files(_ survival: PowerCut.Survival, using random: inout SeededGenerator) -> [String: [UInt8]] {
        var names = names
        for naming in namings where survival.takes(using: &random) { naming.apply(to: &names) }
        return names.mapValues { files[$0].contents(survival, using: &random) }
    }
}

extension DiskModel.File {
    fileprivate func contents(_ survival: PowerCut.Survival, using random: inout SeededGenerator) -> [UInt8] {
        var bytes = safe
        switch survival {
        case .nothing: break
        case .everything:
            for change in changes { change.kind.apply(to: &bytes) }
        case .beginning:
            let count = Int.random(in: 0...changes.count, using: &random)
            for change in changes.prefix(count) { change.kind.apply(to: &bytes) }
            guard count < changes.count else { break }
            let sectors = changes[count].kind.sectors
            for sector in sectors.prefix(Int.random(in: 0..<sectors.count, using: &random)) { sector.apply(to: &bytes) }
        case .changes:
            for change in changes where Bool.random(using: &random) { change.kind.apply(to: &bytes) }
        case .sectors:
            var end = 0
            for sector in changes.flatMap(\.kind.sectors) {
                if case .write(let offset, let written) = sector { end = max(end, offset + written.count) }
                if Bool.random(using: &random) { sector.apply(to: &bytes) }
            }
            // The new length may have reached the disk before what fills it.
            if end > bytes.count, Bool.random(using: &random) {
                bytes.append(contentsOf: repeatElement(0, count: end - bytes.count))
            }
        }
        return bytes
    }
}

extension PowerCut.Survival {
    fileprivate func takes(using random: inout SeededGenerator) -> Bool {
        switch self {
        case .nothing: false
        case .everything: true
        case .beginning, .changes, .sectors: Bool.random(using: &random)
        }
    }
}

/// Cuts spread over a trace, one at a time: each holds a copy of the files.
struct PowerCuts {
    private let trace: SystemCallTrace
    private var disk: DiskModel
    private var random: SeededGenerator
    /// The events after which the power fails, latest first.
    private var moments: [Int]
    private var position = 0

    /// Chooses `count` moments, one in each stretch of those calls that concern the folder or answer a request.
    init(in trace: SystemCallTrace, disk: DiskModel, count: Int, seed: UInt64) {
        self.trace = trace
        self.disk = disk
        var random = SeededGenerator(seed: seed)
        var model = disk
        var candidates: [Int] = []
        for (place, event) in trace.events.enumerated() {
            if model.concerns(trace.calls[event.call]) || trace.calls[event.call].isAnswer { candidates.append(place) }
            model.apply(event, trace)
        }
        let total = min(count, candidates.count)
        let all = candidates
        moments = (0..<total).reversed().map { number in
            all[Int.random(in: (number * all.count / total)..<((number + 1) * all.count / total), using: &random)]
        }
        self.random = random
    }

    /// What the model could not follow so far.
    var surprises: [String] { disk.surprises }

    /// The next cut; nil after the last.
    mutating func next() -> PowerCut? {
        guard let moment = moments.popLast() else {
            while position < trace.events.count { advance() }
            return nil
        }
        while position <= moment { advance() }
        // What nobody made safe is gone at every other cut; the rest is drawn.
        let survival = moments.count.isMultiple(of: 2) ? .nothing : random.pick(PowerCut.Survival.allCases)
        return PowerCut(
            event: moment,
            survival: survival,
            files: disk.files(survival, using: &random),
            isInCheckpoint: disk.names["journal.sqlite"].map { !disk.files[$0].changes.isEmpty } ?? false
        )
    }

    private mutating func advance() {
        disk.apply(trace.events[position], trace)
        position += 1
    }
}

extension DiskModel {
    fileprivate mutating func apply(_ event: SystemCallTrace.Event, _ trace: SystemCallTrace) {
        switch event {
        case .entered(let number): enter(trace.calls[number], number)
        case .returned(let number): leave(trace.calls[number], number)
        }
    }
}

extension SystemCallTrace.Event {
    var call: Int {
        switch self {
        case .entered(let number), .returned(let number): number
        }
    }
}
