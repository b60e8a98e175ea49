package main

import (
	"context"
	"fmt"
	"sync"
)

// service is one long-running part of the daemon. Its run returns when ctx ends,
// or earlier with the reason why it cannot go on.
type service struct {
	name string
	run  func(ctx context.Context) error
}

// runLayers runs services in layers, the lowest first in the list, until ctx ends
// or one of them fails. It stops them from the top, a layer at a time: what others
// stand on is still there while they finish. The result is the first failure.
func runLayers(ctx context.Context, layers ...[]service) error {
	if len(layers) == 0 {
		<-ctx.Done()
		return nil
	}
	below, stop := context.WithCancel(context.WithoutCancel(ctx))
	above, failed := context.WithCancelCause(ctx)
	defer failed(nil)

	var wg sync.WaitGroup
	for _, s := range layers[0] {
		wg.Go(func() {
			if err := s.run(below); err != nil {
				failed(fmt.Errorf("%s: %w", s.name, err))
			} else if below.Err() == nil {
				failed(fmt.Errorf("%s ended by itself", s.name))
			}
		})
	}
	err := runLayers(above, layers[1:]...)
	stop()
	wg.Wait()
	if err == nil && above.Err() != nil && ctx.Err() == nil {
		err = context.Cause(above)
	}
	return err
}
