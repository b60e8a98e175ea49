package config

import (
	"encoding/json"
	"fmt"

	"github.com/zerocross-pdu/zerocross/pdu"
)

// migration turns a document of one version into the next. It works on the tree
// with secrets in clear, before any section sees it, so that it stays the same when
// sections change later. A step is never edited once it was released.
type migration func(doc map[string]any) error

// migrations holds the steps: migrations[0] leads from version 1 to 2.
var migrations = []migration{}

// migrate brings a tree from its version to that after the last step.
func migrate(steps []migration, tree map[string]any, from int) error {
	for v := from; v <= len(steps); v++ {
		if err := steps[v-1](tree); err != nil {
			return pdu.Errorf(pdu.Internal, CodeUnusable, "migrate the configuration from version %d to %d: %w", v, v+1, err)
		}
		tree[memberVersion] = json.Number(fmt.Sprint(v + 1))
	}
	return nil
}
