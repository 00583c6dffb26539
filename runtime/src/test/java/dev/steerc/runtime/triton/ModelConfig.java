package dev.steerc.runtime.triton;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import java.util.List;
import java.util.Map;

/**
 * A configuration as Triton reads it: by protobuf, with those fields of Triton's model_config.proto
 * that a model for ONNX Runtime can have. A field that is not among them does not parse.
 */
record ModelConfig(Message message) {
  private static final List<String> TYPES =
      List.of(
          "INVALID", "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32",
          "INT64", "FP16", "FP32", "FP64", "STRING", "BF16");
  private static final Descriptor CONFIG = descriptor();

  static ModelConfig parse(String text) throws TextFormat.ParseException {
    DynamicMessage.Builder builder = DynamicMessage.newBuilder(CONFIG);
    TextFormat.getParser().merge(text, builder);
    return new ModelConfig(builder.build());
  }

  Object get(String field) {
    return get(message, field);
  }

  static Object get(Message message, String field) {
    return message.getField(message.getDescriptorForType().findFieldByName(field));
  }

  boolean has(String field) {
    return message.hasField(CONFIG.findFieldByName(field));
  }

  /** Inputs or outputs. */
  List<Message> tensors(String field) {
    return ((List<?>) get(field)).stream().map(Message.class::cast).toList();
  }

  static List<Long> dims(Message tensor) {
    return ((List<?>) get(tensor, "dims")).stream().map(Long.class::cast).toList();
  }

  private static Descriptor descriptor() {
    FileDescriptorProto.Builder file =
        FileDescriptorProto.newBuilder()
            .setName("model_config.proto")
            .setPackage("inference")
            .setSyntax("proto3")
            .addEnumType(dataType())
            .addMessageType(
                message("ModelTensorReshape", Map.of("shape", many(1, Type.TYPE_INT64))))
            .addMessageType(
                message(
                    "ModelInput",
                    Map.of(
                        "name", one(1, Type.TYPE_STRING),
                        "data_type", enumerated(2),
                        "dims", many(4, Type.TYPE_INT64),
                        "reshape", inner(5, "ModelTensorReshape", Label.LABEL_OPTIONAL),
                        "allow_ragged_batch", one(7, Type.TYPE_BOOL),
                        "optional", one(8, Type.TYPE_BOOL))))
            .addMessageType(
                message(
                    "ModelOutput",
                    Map.of(
                        "name", one(1, Type.TYPE_STRING),
                        "data_type", enumerated(2),
                        "dims", many(3, Type.TYPE_INT64),
                        "reshape", inner(5, "ModelTensorReshape", Label.LABEL_OPTIONAL))))
            .addMessageType(
                message(
                    "ModelDynamicBatching",
                    Map.of(
                        "preferred_batch_size", many(1, Type.TYPE_INT32),
                        "max_queue_delay_microseconds", one(2, Type.TYPE_UINT64))))
            .addMessageType(
                message(
                    "ModelConfig",
                    Map.of(
                        "name", one(1, Type.TYPE_STRING),
                        "platform", one(2, Type.TYPE_STRING),
                        "max_batch_size", one(4, Type.TYPE_INT32),
                        "input", inner(5, "ModelInput", Label.LABEL_REPEATED),
                        "output", inner(6, "ModelOutput", Label.LABEL_REPEATED),
                        "dynamic_batching", inner(11, "ModelDynamicBatching", Label.LABEL_OPTIONAL),
                        "backend", one(17, Type.TYPE_STRING))));
    try {
      return FileDescriptor.buildFrom(file.build(), new FileDescriptor[0])
          .findMessageTypeByName("ModelConfig");
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static EnumDescriptorProto dataType() {
    EnumDescriptorProto.Builder type = EnumDescriptorProto.newBuilder().setName("DataType");
    for (int i = 0; i < TYPES.size(); i++) {
      type.addValue(
          EnumValueDescriptorProto.newBuilder().setName("TYPE_" + TYPES.get(i)).setNumber(i));
    }
    return type.build();
  }

  private static DescriptorProto message(
      String name, Map<String, FieldDescriptorProto.Builder> fields) {
    DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(name);
    fields.forEach((field, type) -> message.addField(type.setName(field)));
    return message.build();
  }

  private static FieldDescriptorProto.Builder one(int number, Type type) {
    return FieldDescriptorProto.newBuilder()
        .setNumber(number)
        .setType(type)
        .setLabel(Label.LABEL_OPTIONAL);
  }

  private static FieldDescriptorProto.Builder many(int number, Type type) {
    return one(number, type).setLabel(Label.LABEL_REPEATED);
  }

  private static FieldDescriptorProto.Builder enumerated(int number) {
    return one(number, Type.TYPE_ENUM).setTypeName(".inference.DataType");
  }

  private static FieldDescriptorProto.Builder inner(int number, String name, Label label) {
    return one(number, Type.TYPE_MESSAGE).setTypeName(".inference." + name).setLabel(label);
  }
}
