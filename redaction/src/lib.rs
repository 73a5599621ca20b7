//! Takes secrets out of objects and text, by one key, before a byte is written
