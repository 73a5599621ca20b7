//! Performance: slow, held back, or at its limit.

family!("performance":);
