# One tile of the Mandelbrot set as a grey map: how long each point takes to leave, one number a line.
BEGIN {
    print "P2\n# size " size " " size "\n# most 255"
    for (y = 0; y < size; y++) {
        for (x = 0; x < size; x++) {
            real = -2.2 + 3.0 * (column * size + x) / (tiles * size)
            imaginary = -1.5 + 3.0 * (row * size + y) / (tiles * size)
            a = b = 0
            for (steps = 0; steps < 100 && a * a + b * b < 4; steps++) {
                next_a = a * a - b * b + real
                b = 2 * a * b + imaginary
                a = next_a
            }
            print int(steps * 255 / 100)
        }
    }
}
