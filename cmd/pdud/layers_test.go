package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestLayersStopFromTheTop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var ended []string
		layer := func(name string) []service {
			return []service{{name, func(ctx context.Context) error {
				<-ctx.Done()
				time.Sleep(time.Second) // finishing takes its time
				mu.Lock()
				defer mu.Unlock()
				ended = append(ended, name)
				return nil
			}}}
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		if err := runLayers(ctx, layer("journal"), layer("engine"), layer("http")); err != nil {
			t.Error(err)
		}
		if !slices.Equal(ended, []string{"http", "engine", "journal"}) {
			t.Errorf("ended in the order %v", ended)
		}
	})
}

func TestLayersReportTheFirstFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("no space")
		for _, failing := range []int{0, 1} {
			layers := [][]service{
				{{"a", func(ctx context.Context) error { <-ctx.Done(); return nil }}},
				{{"b", func(ctx context.Context) error { <-ctx.Done(); return nil }}},
			}
			layers[failing][0].run = func(context.Context) error { return cause }
			if err := runLayers(t.Context(), layers...); !errors.Is(err, cause) {
				t.Errorf("layer %d fails: %v", failing, err)
			}
			layers[failing][0].run = func(context.Context) error { return nil }
			if err := runLayers(t.Context(), layers...); err == nil {
				t.Errorf("layer %d ends by itself, but nothing is said", failing)
			}
		}
	})
}
