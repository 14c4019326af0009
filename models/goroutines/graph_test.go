package main

import "testing"

// The factor of a matrix that is published, and the score of two sequences that are.
func TestGraphsComputeWhatIsPublished(t *testing.T) {
	var clock stopwatch
	small := cholesky{1, 3, factorSteps(3), []float64{4, 0, 0, 12, 37, 0, -16, -43, 98}}
	if got := runGraph(small, &clock); got.ops != 10 {
		t.Errorf("%d operations", got.ops)
	}
	for i, want := range []float64{2, 0, 0, 6, 1, 0, -8, 5, 3} {
		if small.matrix[i] != want {
			t.Errorf("number %d of the factor is %v, not %v", i, small.matrix[i], want)
		}
	}
	for _, tiles := range []int{1, 3, 9} {
		k := makeWavefront(tiles, 9/tiles, tableEdges(tiles))
		for i := range k.down {
			k.down[i], k.across[i] = uint32("TGTTACGG-"[i]), uint32("GGTTGACTA"[i])
		}
		got := runGraph(k, &clock)
		if got.answer>>32 != 13 || got.ops != uint64(tiles*tiles) {
			t.Errorf("%d tiles: a score of %d by %d tasks", tiles, got.answer>>32, got.ops)
		}
	}
}

func TestGraphsHaveTheSameAnswerByWhateverTiles(t *testing.T) {
	var clock stopwatch
	whole := runGraph(cholesky{24, 24, factorSteps(1), factorable(24)}, &clock)
	table := runGraph(makeWavefront(1, 24, tableEdges(1)), &clock)
	for _, tiles := range []int{2, 3, 6, 24} {
		k := cholesky{24 / tiles, 24, factorSteps(tiles), factorable(24)}
		expect(t, runGraph(k, &clock), tally{whole.answer, uint64(tiles * (tiles + 1) * (tiles + 2) / 6)})
		w := makeWavefront(tiles, 24/tiles, tableEdges(tiles))
		expect(t, runGraph(w, &clock), tally{table.answer, uint64(tiles * tiles)})
	}
}
