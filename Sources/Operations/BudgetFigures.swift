/// GetResponse's requests in the running window.
package struct BudgetFigures: Hashable, Sendable {
    /// The most that may leave in a window.
    package var cap: Int
    /// Those that have left, or are granted.
    package var used: Int
    /// Those that may still leave just now.
    package var left: Int

    package init(cap: Int, used: Int, left: Int) {
        self.cap = cap
        self.used = used
        self.left = left
    }
}
