extension Workflow.FanOut {
    /// The values of one instance.
    struct Combination {
        /// What the brackets of the instance's name hold: `a,2`.
        var label: String
        var bindings: [Workflow.Binding]
    }

    /// Names that expressions of the task may use.
    var names: [String] {
        var names = axes.map(\.name)
        for binding in include.joined() where !names.contains(binding.name) { names.append(binding.name) }
        return names
    }

    /// True when some values are known only after a task has finished.
    var isDynamic: Bool {
        axes.contains { axis in
            switch axis.values {
            case .list: false
            case .expression(let expression): expression.readsTasks
            }
        }
    }

    /// The product of the axes, the last varying fastest, without what is excluded and with what is included.
    ///
    /// - Throws: `FanOutError` when an axis has no list, or there are more than `limit` combinations.
    func combinations(in scope: Scope, limit: Int) throws(FanOutError) -> [Combination] {
        var columns: [[Value]] = []
        var count = axes.isEmpty ? 0 : 1
        for axis in axes {
            let column = try axis.evaluate(in: scope)
            let (product, overflow) = count.multipliedReportingOverflow(by: column.count)
            count = overflow ? .max : product
            columns.append(column)
        }
        guard count <= limit else { throw FanOutError(message: "more than \(limit) combinations") }
        var rows: [[Workflow.Binding]] = []
        rows.reserveCapacity(count)
        for index in 0..<count {
            let row = row(index, of: columns)
            if !exclude.contains(where: { agrees(row, with: $0) }) { rows.append(row) }
        }
        let labels = rows.map(Self.label) + addInclusions(to: &rows)
        return zip(labels, rows).map { Combination(label: $0, bindings: $1) }
    }

    private func row(_ index: Int, of columns: [[Value]]) -> [Workflow.Binding] {
        var rest = index
        var row: [Workflow.Binding] = []
        row.reserveCapacity(columns.count)
        for (axis, column) in zip(axes, columns).reversed() {
            row.append(Workflow.Binding(name: axis.name, value: column[rest % column.count]))
            rest /= column.count
        }
        row.reverse()
        return row
    }

    /// Extends the rows that agree with an inclusion on the axes it names, or adds it.
    ///
    /// - Returns: labels of the added rows.
    private func addInclusions(to rows: inout [[Workflow.Binding]]) -> [String] {
        let productCount = rows.count
        for inclusion in include {
            let axisValues = inclusion.filter { binding in axes.contains { $0.name == binding.name } }
            let extra = inclusion.filter { binding in !axes.contains { $0.name == binding.name } }
            var hasExtended = false
            for index in 0..<productCount where agrees(rows[index], with: axisValues) {
                rows[index].removeAll { old in extra.contains { $0.name == old.name } }
                rows[index] += extra
                hasExtended = true
            }
            if !hasExtended { rows.append(inclusion) }
        }
        return rows[productCount...].map(Self.label)
    }

    private func agrees(_ row: [Workflow.Binding], with part: [Workflow.Binding]) -> Bool {
        part.allSatisfy { binding in row[name: binding.name] == binding.value }
    }

    /// What the brackets of an instance's name hold.
    static func label(_ row: [Workflow.Binding]) -> String {
        row.map { $0.value.text ?? $0.value.json }.joined(separator: ",")
    }

    /// True when an instance may do the work of several values.
    var isBatched: Bool { batch ?? 1 > 1 }
}

/// Why a fan-out has no combinations.
struct FanOutError: Error {
    var axis: String?
    var message: String
    var hint: String?
}

extension Workflow.FanOut.Axis {
    fileprivate func evaluate(in scope: Scope) throws(FanOutError) -> [Value] {
        switch values {
        case .list(let list): return list
        case .expression(let expression):
            let value: Value
            do throws(ExpressionError) {
                value = try expression.evaluate(in: scope)
            } catch {
                throw FanOutError(axis: name, message: error.message, hint: error.hint)
            }
            guard case .list(let list) = value else {
                throw FanOutError(
                    axis: name, message: "'\(expression.source)' must be a list, found \(value.kindName)",
                    hint: "lines(x) and split(x, \",\") make a list of text.")
            }
            return list
        }
    }
}
