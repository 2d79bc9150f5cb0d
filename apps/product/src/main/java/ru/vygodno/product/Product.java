package ru.vygodno.product;

/** The fields of a valid product that decisions are made on, as the shop wrote them. */
public record Product(String id, String name, String category, String brand, String sku, String storeId) {}
