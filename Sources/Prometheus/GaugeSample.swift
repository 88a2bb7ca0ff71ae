/// A gauge whose value is computed when it is asked for, such as the depth of the queue.
package struct GaugeSample: Hashable, Sendable {
    package var name: String
    package var help: String
    /// Label values by name; the values must come from closed sets, since every combination is a series for ever.
    package var labels: [String: String]
    package var value: Double

    package init(name: String, help: String, labels: [String: String] = [:], value: Double) {
        self.name = name
        self.help = help
        self.labels = labels
        self.value = value
    }
}
