import BatonCore
import BatonNeural
import Testing

@Suite("Learning")
struct LearningTests {
    /// Trains a cell to say what came three steps ago.
    private func train(seed: UInt64, rounds: Int) -> (parameters: ParameterSet, losses: [Double]) {
        var generator = SeededGenerator(seed: seed)
        var parameters = ParameterSet()
        let cell = LSTMCell("cell", inputs: 1, units: 8, in: &parameters, using: &generator)
        let output = Dense("output", inputs: 8, outputs: 1, in: &parameters, using: &generator)
        var adam = Adam(rate: 0.02)
        var tape = Tape(parameters)
        var losses: [Double] = []
        for _ in 0..<rounds {
            var state = cell.begin(16, on: &tape)
            let first = (0..<16).map { _ in generator.unit() }
            for step in 0..<4 {
                let numbers = step == 0 ? first : (0..<16).map { _ in generator.unit() }
                state = cell.step(state, tape.constant(Matrix(rows: 16, columns: 1, numbers)), on: &tape)
            }
            let wanted = tape.constant(Matrix(rows: 16, columns: 1, first))
            let loss = tape.mean(tape.square(tape.subtract(output.apply(state.hidden, on: &tape), wanted)))
            losses.append(tape.number(loss))
            adam.step(&parameters, tape.gradient(of: loss))
            tape.reload(parameters)
        }
        return (parameters, losses)
    }

    @Test("an LSTM learns to remember what it saw three steps ago")
    func remembers() {
        let losses = train(seed: 1, rounds: 400).losses
        let last = losses.suffix(20).reduce(0, +) / 20
        #expect(last < 0.01, "a guess is 1/12 off on average, this \(last)")
    }

    @Test("the same seed gives the same weights, another seed others")
    func sameSeedSameWeights() {
        let weights = train(seed: 5, rounds: 5).parameters
        #expect(train(seed: 5, rounds: 5).parameters == weights)
        #expect(train(seed: 6, rounds: 5).parameters != weights)
    }

    @Test("a gradient that is not finite changes no weight")
    func damagedGradient() {
        var parameters = ParameterSet()
        _ = parameters.addBias("bias", columns: 2, value: 1)
        let before = parameters
        var adam = Adam()
        adam.step(&parameters, [.nan, 0])
        #expect(parameters == before)
    }

    @Test("a long gradient is cut to the length that was asked for")
    func clipping() {
        var (cut, whole) = (ParameterSet(), ParameterSet())
        _ = cut.addBias("bias", columns: 2)
        _ = whole.addBias("bias", columns: 2)
        var (first, second) = (Adam(longestGradient: 1), Adam(longestGradient: 1))
        for gradient in [[300.0, 400], [0.3, 0.4]] { first.step(&cut, gradient) }
        for gradient in [[0.6, 0.8], [0.3, 0.4]] { second.step(&whole, gradient) }
        #expect(cut == whole)
    }
}

@Suite("Checkpoints")
struct CheckpointTests {
    private func network(units: Int = 3) -> ParameterSet {
        var generator = SeededGenerator(seed: 2)
        var parameters = ParameterSet()
        _ = LSTMCell("cell", inputs: 2, units: units, in: &parameters, using: &generator)
        return parameters
    }

    @Test("weights come back bit for bit")
    func roundTrip() throws {
        let parameters = network()
        #expect(try ParameterSet(checkpoint: parameters.checkpoint) == parameters)
        var other = network()
        other.values[0] = 9
        try other.load(checkpoint: parameters.checkpoint)
        #expect(other == parameters)
    }

    @Test("a checkpoint that is cut anywhere, or has one byte changed, is refused")
    func damage() {
        let bytes = network().checkpoint
        for count in 0..<bytes.count {
            #expect(throws: CheckpointError.self) { try ParameterSet(checkpoint: Array(bytes[..<count])) }
        }
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 0x10
            #expect(throws: CheckpointError.self) { try ParameterSet(checkpoint: changed) }
        }
    }

    @Test("the refusal says what is wrong")
    func messages() {
        func message(_ bytes: [UInt8]) -> String? {
            var parameters = network()
            do throws(CheckpointError) {
                try parameters.load(checkpoint: bytes)
                return nil
            } catch {
                return error.description
            }
        }
        let bytes = network().checkpoint
        #expect(message(Array("PK..".utf8)) == "not a checkpoint: it does not begin with 'BNET'")
        #expect(message(Array(bytes.dropLast())) == "damaged or cut off: the checksum does not match")
        var newer = bytes
        newer[4] = 7
        #expect(message(newer) == "a checkpoint of version 7; this program reads version 1")
        #expect(
            message(network(units: 4).checkpoint)
                == "another network: expected 'cell.weights' of 2 x 12, found 'cell.weights' of 2 x 16")
    }
}
